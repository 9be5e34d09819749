# A prefix that works by itself: bin/phasescope, lib/libphasescope_model.so and lib/libphasescope_tensors.so, share/phasescope/configs, headers and a CMake package.
include(CMakePackageConfigHelpers)

install(TARGETS phasescope RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
if(TARGET phasescope_model)
  # Found by the program as ../lib beside its folder, whatever the system calls its library folder.
  install(TARGETS phasescope_model phasescope_tensors LIBRARY DESTINATION lib)
endif()
install(DIRECTORY configs/ DESTINATION ${CMAKE_INSTALL_DATADIR}/phasescope/configs)
install(DIRECTORY include/phasescope DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(TARGETS phasescope_settings phasescope_base phasescope_formats phasescope_stats phasescope_text phasescope_checkpoint
  phasescope_states_seam phasescope_states phasescope_curvature phasescope_intelliton phasescope_report phasescope_run phasescope_sweep
  EXPORT phasescope ARCHIVE DESTINATION lib)
install(EXPORT phasescope NAMESPACE phasescope:: DESTINATION lib/cmake/phasescope FILE phasescope-targets.cmake)
configure_package_config_file(cmake/phasescope-config.cmake.in ${CMAKE_BINARY_DIR}/phasescope-config.cmake
  INSTALL_DESTINATION lib/cmake/phasescope)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/phasescope-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/phasescope-config.cmake ${CMAKE_BINARY_DIR}/phasescope-config-version.cmake
  cmake/PhasescopeDependencies.cmake DESTINATION lib/cmake/phasescope)
