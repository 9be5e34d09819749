# Compiler settings of our own code, and the two shapes of target that it is made of: a folder's library and a folder's tests.
set(CMAKE_CXX_STANDARD 17)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET default)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()

find_program(PHASESCOPE_CCACHE ccache)
if(PHASESCOPE_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${PHASESCOPE_CCACHE})
endif()

add_library(phasescope_settings INTERFACE)
target_include_directories(phasescope_settings INTERFACE
  $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
target_compile_options(phasescope_settings INTERFACE
  $<BUILD_INTERFACE:-Wall$<SEMICOLON>-Wextra$<SEMICOLON>-Wshadow$<SEMICOLON>-Wconversion$<SEMICOLON>-Werror>
  # GCC 12 sees uninitialised variables in its own AVX-512 intrinsics (GCC bug 105593).
  $<BUILD_INTERFACE:$<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>>
  # Results must not depend on which multiplications the compiler chose to fuse.
  $<BUILD_INTERFACE:-ffp-contract=off>)
# Our own parallel loops are the only ones: Eigen must not start threads inside them.
target_compile_definitions(phasescope_settings INTERFACE EIGEN_DONT_PARALLELIZE)
if(PHASESCOPE_NATIVE)
  target_compile_options(phasescope_settings INTERFACE $<BUILD_INTERFACE:-march=native>)
endif()
if(PHASESCOPE_SANITIZE)
  target_compile_options(phasescope_settings INTERFACE $<BUILD_INTERFACE:-fsanitize=address,undefined;-fno-sanitize-recover=all;-fno-omit-frame-pointer>)
  target_link_options(phasescope_settings INTERFACE $<BUILD_INTERFACE:-fsanitize=address,undefined>)
  # With sanitizers the same GCC bug shows as this warning.
  target_compile_options(phasescope_settings INTERFACE $<BUILD_INTERFACE:$<$<CXX_COMPILER_ID:GNU>:-Wno-uninitialized>>)
endif()

# phasescope_library(<folder> SOURCES file.cpp... DEPENDS target...): the static library of src/<folder>.
function(phasescope_library folder)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS" ${ARGN})
  add_library(phasescope_${folder} STATIC ${ARG_SOURCES})
  add_library(phasescope::${folder} ALIAS phasescope_${folder})
  set_target_properties(phasescope_${folder} PROPERTIES EXPORT_NAME ${folder})
  target_link_libraries(phasescope_${folder} PUBLIC phasescope_settings ${ARG_DEPENDS})
endfunction()

# phasescope_test(<name> LABEL unit|golden|cli|model|slow [WHOLE] SOURCES file.cpp... DEPENDS target... [ENVIRONMENT NAME=value...]):
# one GoogleTest program, every test of it known to CTest; with WHOLE the program is one CTest test, for programs that take long to
# start (libtorch). It finds its fixtures and the shipped files through tests/places.h.
function(phasescope_test name)
  cmake_parse_arguments(ARG "WHOLE" "LABEL" "SOURCES;DEPENDS;ENVIRONMENT" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  target_link_libraries(${name} PRIVATE phasescope_settings ${ARG_DEPENDS} phasescope_test_places GTest::gmock GTest::gtest_main)
  if(ARG_WHOLE)
    add_test(NAME ${ARG_LABEL}.${name} COMMAND ${name})
    set_tests_properties(${ARG_LABEL}.${name} PROPERTIES LABELS ${ARG_LABEL} PROCESSORS 2 ENVIRONMENT "${ARG_ENVIRONMENT}")
  else()
    gtest_discover_tests(${name} TEST_PREFIX "${ARG_LABEL}." PROPERTIES LABELS ${ARG_LABEL} ENVIRONMENT "${ARG_ENVIRONMENT}"
      DISCOVERY_TIMEOUT 120)
  endif()
endfunction()
