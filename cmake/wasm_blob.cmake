# From C++ to a Wasm blob that every executor takes.
#
#   phala_wasm_blob(NAME KIND runtime|contract SOURCES file… [LINK target…] [STACK bytes] [OUTPUT name])
#
# compiles and links, lowers what Debian's libc++ holds of newer opcodes to the MVP, scans the result and prints its
# size and code hash. A runtime becomes <build>/NAME.wasm, a contract <build>/contracts/NAME.wasm; OUTPUT is for a file
# whose name another target has.
# The build fails when a loader would refuse the blob: see scan_wasm.mjs for the rules.
find_program(NODE_PROGRAM NAMES node nodejs REQUIRED NO_CMAKE_FIND_ROOT_PATH)
find_program(PHALA_WASM_OPT wasm-opt
  PATHS ${CMAKE_SOURCE_DIR}/tools/node_modules/.bin NO_DEFAULT_PATH NO_CMAKE_FIND_ROOT_PATH
  DOC "wasm-opt of npm's binaryen (Debian's is too old to lower to the MVP)")
if(NOT PHALA_WASM_OPT)
  message(FATAL_ERROR "wasm-opt is missing: run ./dev setup (or npm ci in tools/), or set PHALA_WASM_OPT")
endif()
execute_process(COMMAND ${CMAKE_CXX_COMPILER} --print-resource-dir OUTPUT_VARIABLE resource_dir OUTPUT_STRIP_TRAILING_WHITESPACE)
set(PHALA_WASM_BUILTINS ${resource_dir}/lib/wasi/libclang_rt.builtins-wasm32.a)
set(PHALA_WASM_SCANNER ${CMAKE_SOURCE_DIR}/cmake/scan_wasm.mjs)

# Opcodes beyond the MVP come in with library objects; these passes rewrite them.
set(PHALA_WASM_LOWER
  --enable-bulk-memory --enable-bulk-memory-opt --enable-sign-ext --enable-nontrapping-float-to-int
  --llvm-memory-copy-fill-lowering --signext-lowering --llvm-nontrapping-fptoint-lowering
  --strip-debug --strip-producers --strip-target-features)

function(phala_wasm_blob NAME)
  cmake_parse_arguments(ARG "" "KIND;STACK;OUTPUT" "SOURCES;LINK" ${ARGN})
  if(NOT ARG_OUTPUT)
    set(ARG_OUTPUT ${NAME})
  endif()
  set(linked ${CMAKE_CURRENT_BINARY_DIR}/${NAME}.linked.wasm)
  set(memory "")
  if(ARG_KIND STREQUAL "runtime")
    set(blob ${CMAKE_BINARY_DIR}/${ARG_OUTPUT}.wasm)
    set(optimise -O2)
    set(stack 1048576)
    # exported functions are named at their definitions; the host's allocator starts at __heap_base
    set(exports -Wl,--export=__heap_base)
  elseif(ARG_KIND STREQUAL "contract")
    set(blob ${CMAKE_BINARY_DIR}/contracts/${ARG_OUTPUT}.wasm)
    set(stack 65536)
    set(exports "")
    set(memory -Wl,--max-memory=1048576)
    set(optimise -Oz --zero-filled-memory) # memory is fresh for every call: no segment of zeros
  else()
    message(FATAL_ERROR "phala_wasm_blob(${NAME}): KIND is runtime or contract")
  endif()
  if(ARG_STACK)
    set(stack ${ARG_STACK})
  endif()

  add_executable(${NAME} ${ARG_SOURCES})
  set_target_properties(${NAME} PROPERTIES OUTPUT_NAME ${NAME}.linked SUFFIX .wasm RUNTIME_OUTPUT_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR})
  target_link_libraries(${NAME} PRIVATE phala_options ${ARG_LINK} -lc++ -lc++abi -lc ${PHALA_WASM_BUILTINS})
  # without --no-check-features and --features lld makes a START section, which executors refuse
  target_link_options(${NAME} PRIVATE -nostartfiles -nodefaultlibs -Wno-unused-command-line-argument
    -Wl,--no-entry,--import-memory,--gc-sections,--strip-debug,--no-check-features,--features=mutable-globals
    -Wl,-z,stack-size=${stack} ${exports} ${memory})

  cmake_path(GET blob PARENT_PATH folder)
  add_custom_command(OUTPUT ${blob}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${folder}
    COMMAND ${PHALA_WASM_OPT} ${linked} ${optimise} ${PHALA_WASM_LOWER} -o ${blob}.part
    COMMAND ${PHALA_WASM_OPT} ${blob}.part --mvp-features --quiet -o ${blob}.valid
    COMMAND ${NODE_PROGRAM} ${PHALA_WASM_SCANNER} ${ARG_KIND} ${blob}.part
    COMMAND ${CMAKE_COMMAND} -E rename ${blob}.part ${blob}
    COMMAND ${CMAKE_COMMAND} -E rm -f ${blob}.valid
    DEPENDS ${NAME} ${PHALA_WASM_SCANNER}
    COMMENT "Lowering and scanning ${NAME}.wasm" VERBATIM)
  add_custom_target(${NAME}_blob ALL DEPENDS ${blob})
endfunction()
