# Versions are those of Debian 12; newer ones are expected to work.
find_package(Threads REQUIRED)
find_package(OpenMP 4.5 REQUIRED COMPONENTS CXX)
find_package(Eigen3 3.4 REQUIRED NO_MODULE)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(cereal 1.3 REQUIRED)
find_package(spdlog 1.10 REQUIRED)
find_package(CLI11 2.1 REQUIRED)
find_package(OpenSSL 3.0 REQUIRED COMPONENTS Crypto)
find_package(PkgConfig REQUIRED)
pkg_check_modules(PCRE2 REQUIRED IMPORTED_TARGET libpcre2-8>=10.42)
pkg_check_modules(UTF8PROC REQUIRED IMPORTED_TARGET libutf8proc>=2.6)  # Debian ships 2.8.0, whose .pc file says 2.6.0
if(PHASESCOPE_BUILD_TESTS)
  find_package(GTest 1.12 REQUIRED)
  include(GoogleTest)
endif()
if(PHASESCOPE_WITH_MODEL AND PHASESCOPE_WITH_ONEDNN)
  find_library(PHASESCOPE_ONEDNN dnnl)  # 2.6; its own CMake package asks for OpenCL, which nothing here uses
endif()
