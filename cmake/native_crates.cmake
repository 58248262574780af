# The Rust crates of deps/native: one static library, and the headers of its two C ABIs.
#   phala::wasmtime    wasmtime.hh, wasmtime.h, wasm.h
#   phala::schnorrkel  phala_crypto.h
file(GLOB native_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/deps/native/src/*.rs ${CMAKE_SOURCE_DIR}/deps/native/include/*.h)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
  ${native_sources} ${CMAKE_SOURCE_DIR}/deps/native/Cargo.toml ${CMAKE_SOURCE_DIR}/deps/native/Cargo.lock)
execute_process(COMMAND ${CMAKE_SOURCE_DIR}/tools/native_crates.sh
  OUTPUT_VARIABLE native_dir OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)

add_library(phala_native STATIC IMPORTED GLOBAL)
set_target_properties(phala_native PROPERTIES
  IMPORTED_LOCATION ${native_dir}/lib/libphala_native.a
  INTERFACE_INCLUDE_DIRECTORIES ${native_dir}/include
  INTERFACE_LINK_LIBRARIES "Threads::Threads;${CMAKE_DL_LIBS};m")
add_library(phala::wasmtime ALIAS phala_native)
add_library(phala::schnorrkel ALIAS phala_native)
