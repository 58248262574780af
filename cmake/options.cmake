# Language, warnings and hardening for our own code, in both targets.
# gnu++26: with it unsigned __int128 is an integral type in both standard libraries (CMake 3.25 knows no C++26)
add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-std=gnu++26>)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE OFF)

option(PHALA_WERROR "Treat warnings of our own code as errors" ON)
set(PHALA_SANITIZE "" CACHE STRING "Sanitizers for -fsanitize=, for example address,undefined")
option(PHALA_FUZZ "Build the fuzz targets with libFuzzer" OFF)
option(PHALA_COVERAGE "Instrument for coverage" OFF)

add_library(phala_options INTERFACE)
target_compile_options(phala_options INTERFACE
  -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion -Wno-missing-designated-field-initializers
  -Wno-missing-field-initializers -Wno-unused-const-variable
  $<$<BOOL:${PHALA_WERROR}>:-Werror -Wno-error=deprecated -Wno-error=deprecated-declarations>)
target_include_directories(phala_options INTERFACE ${CMAKE_SOURCE_DIR}/src)

# Code marked (W) in the architecture: no exceptions, so that it means the same natively and in Wasm.
add_library(phala_core_options INTERFACE)
target_link_libraries(phala_core_options INTERFACE phala_options)

if(NOT PHALA_WASM)
  if(PHALA_SANITIZE)
    add_compile_options(-fsanitize=${PHALA_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=undefined)
    add_link_options(-fsanitize=${PHALA_SANITIZE})
  endif()
  if(PHALA_FUZZ)
    add_compile_options(-fsanitize=fuzzer-no-link)
  endif()
  if(PHALA_COVERAGE)
    add_compile_options(-fprofile-instr-generate -fcoverage-mapping)
    add_link_options(-fprofile-instr-generate)
  endif()
  add_link_options(-fuse-ld=lld)
  add_compile_options(-fstack-protector-strong)
endif()
find_program(CCACHE_PROGRAM ccache NO_CMAKE_FIND_ROOT_PATH)
if(CCACHE_PROGRAM)
  # paths below the source folder count as relative, so that a second clone finds what the first one compiled
  set(launcher ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${CCACHE_PROGRAM})
  set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
endif()
