# Run as a script: writes OUTPUT from INPUT with the revision of the checkout SOURCE.
find_package(Git QUIET)
set(PHASESCOPE_GIT_REVISION unknown)
if(GIT_FOUND)
  execute_process(COMMAND ${GIT_EXECUTABLE} -C ${SOURCE} describe --always --dirty --abbrev=12 --exclude=*
    OUTPUT_VARIABLE described OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
  if(NOT failed)
    set(PHASESCOPE_GIT_REVISION ${described})
  endif()
endif()
configure_file(${INPUT} ${OUTPUT} @ONLY)
