# libtorch as the target phasescope_torch, and its version: Debian's package, or a folder that holds all of it (pip's torch, or the
# archive of pytorch.org) through Torch_DIR or CMAKE_PREFIX_PATH. Such a folder is taken as it is: its own CMake files would ask for
# the CUDA toolkit, for the sake of headers that nothing here includes.
find_path(PHASESCOPE_TORCH_CONFIG TorchConfig.cmake HINTS ${Torch_DIR} PATH_SUFFIXES share/cmake/Torch cmake/Torch lib/cmake/Torch
  Torch NO_CACHE)
get_filename_component(PHASESCOPE_TORCH_FOLDER "${PHASESCOPE_TORCH_CONFIG}/../../.." ABSOLUTE)
set(PHASESCOPE_TORCH_CUDA "")  # version; empty: built without
add_library(phasescope_torch INTERFACE)

if(EXISTS ${PHASESCOPE_TORCH_FOLDER}/lib/libtorch_cpu.so AND EXISTS ${PHASESCOPE_TORCH_FOLDER}/include/torch)
  set(Torch_FOUND TRUE)
  file(STRINGS ${PHASESCOPE_TORCH_CONFIG}/TorchConfigVersion.cmake version REGEX "^set\\(PACKAGE_VERSION ")
  string(REGEX REPLACE ".*\"([^\"]*)\".*" "\\1" Torch_VERSION "${version}")
  file(STRINGS ${PHASESCOPE_TORCH_CONFIG}/TorchConfig.cmake old_abi REGEX "GLIBCXX_USE_CXX11_ABI=0")
  if(old_abi)
    message(FATAL_ERROR "${PHASESCOPE_TORCH_FOLDER} is built for the C++ ABI of before 2015; expected torch 2.7 or later")
  endif()
  # The dialect that libtorch asks for: its headers need C++20 since 2.14.
  file(STRINGS ${PHASESCOPE_TORCH_CONFIG}/TorchConfig.cmake standard REGEX "CXX_STANDARD [0-9]+")
  if(standard)
    string(REGEX REPLACE ".*CXX_STANDARD ([0-9]+).*" "cxx_std_\\1" standard "${standard}")
    target_compile_features(phasescope_torch INTERFACE ${standard})
  endif()
  if(EXISTS ${PHASESCOPE_TORCH_FOLDER}/lib/libtorch_cuda.so)
    set(PHASESCOPE_TORCH_CUDA "of libtorch")
    if(EXISTS ${PHASESCOPE_TORCH_FOLDER}/version.py)
      file(STRINGS ${PHASESCOPE_TORCH_FOLDER}/version.py cuda REGEX "^cuda.*'([0-9.]+)'")
      string(REGEX REPLACE ".*'([0-9.]+)'.*" "\\1" PHASESCOPE_TORCH_CUDA "${cuda}")
    endif()
  endif()
  set(torch_includes ${PHASESCOPE_TORCH_FOLDER}/include ${PHASESCOPE_TORCH_FOLDER}/include/torch/csrc/api/include)
  # Named, not by path: that folder holds an OpenMP runtime too, of which the program must keep the system's. libtorch.so holds
  # nothing but names the libraries of the devices, which register themselves when loaded; those of CUDA come with other packages
  # and are found when the program starts.
  set(torch_library_folder ${PHASESCOPE_TORCH_FOLDER}/lib)
  target_link_options(phasescope_torch INTERFACE -L${torch_library_folder} -Wl,-rpath,${torch_library_folder}
    -Wl,--allow-shlib-undefined)
  target_link_libraries(phasescope_torch INTERFACE -Wl,--no-as-needed -ltorch -ltorch_cpu -lc10 -Wl,--as-needed)
else()
  find_package(Torch REQUIRED)
  set(torch_includes ${TORCH_INCLUDE_DIRS})
  target_link_libraries(phasescope_torch INTERFACE ${TORCH_LIBRARIES})
endif()
target_include_directories(phasescope_torch SYSTEM INTERFACE ${torch_includes})
message(STATUS "libtorch ${Torch_VERSION}, CUDA: ${PHASESCOPE_TORCH_CUDA}")
