//! usage: wasmi_oracle MODULE ENTRY:INPUT_HEX…
//!
//! Runs the entries one after the other, each in a fresh instance, on one storage, with host functions that do the least
//! that a contract needs (the same as the engine's fuel_oracle_test has), and prints for each the fuel it took and how
//! it ended.
use std::collections::HashMap;
use wasmi::core::Trap;
use wasmi::{Caller, Config, Engine, ExternType, Func, Linker, Memory, Module, Store, Value};

const RETURNED: i32 = 7;
const FUEL: u64 = 1 << 40;

#[derive(Default)]
struct Host {
    memory: Option<Memory>,
    input: Vec<u8>,
    storage: HashMap<Vec<u8>, Vec<u8>>,
}

fn number(value: &Value) -> usize {
    match value {
        Value::I32(n) => *n as u32 as usize,
        Value::I64(n) => *n as usize,
        _ => 0,
    }
}

fn read(caller: &Caller<Host>, at: usize, size: usize) -> Vec<u8> {
    let memory = caller.data().memory.unwrap();
    memory.data(caller)[at..at + size].to_vec()
}

fn write(caller: &mut Caller<Host>, at: usize, bytes: &[u8]) {
    let memory = caller.data().memory.unwrap();
    memory.data_mut(caller)[at..at + bytes.len()].copy_from_slice(bytes);
}

/// Writes a result and its size, as host functions with an output buffer do.
fn output(caller: &mut Caller<Host>, at: usize, size_at: usize, bytes: &[u8]) {
    write(caller, at, bytes);
    write(caller, size_at, &(bytes.len() as u32).to_le_bytes());
}

fn serve(module: &str, name: &str, mut caller: Caller<Host>, params: &[Value], results: &mut [Value]) -> Result<(), Trap> {
    let p = |i: usize| number(&params[i]);
    let mut answer = 0i32;
    match (module, name) {
        ("seal0", "input") => {
            let input = caller.data().input.clone();
            output(&mut caller, p(0), p(1), &input);
        }
        ("seal0", "return") => return Err(Trap::i32_exit(RETURNED)),
        ("seal0", "value_transferred") => output(&mut caller, p(0), p(1), &[0; 16]),
        ("seal0", "caller") => output(&mut caller, p(0), p(1), &[1; 32]),
        ("seal1", "get_storage") => {
            let key = read(&caller, p(0), p(1));
            match caller.data().storage.get(&key).cloned() {
                Some(value) => output(&mut caller, p(2), p(3), &value),
                None => answer = 3,
            }
        }
        ("seal2", "set_storage") => {
            let key = read(&caller, p(0), p(1));
            let value = read(&caller, p(2), p(3));
            answer = match caller.data_mut().storage.insert(key, value) {
                Some(old) => old.len() as i32,
                None => -1,
            };
        }
        _ => {}
    }
    if let Some(result) = results.first_mut() {
        *result = Value::I32(answer);
    }
    Ok(())
}

fn run(wasm: &[u8], entry: &str, host: Host) -> (Host, u64, &'static str) {
    let mut config = Config::default();
    config.consume_fuel(true).wasm_multi_value(false).wasm_bulk_memory(false).wasm_reference_types(false);
    let engine = Engine::new(&config);
    let module = Module::new(&engine, wasm).expect("a valid module");
    let mut store = Store::new(&engine, host);
    store.add_fuel(FUEL).unwrap();
    let mut linker = Linker::new(&engine);
    for import in module.imports() {
        let (from, name) = (import.module().to_owned(), import.name().to_owned());
        match import.ty() {
            ExternType::Memory(ty) => {
                let memory = Memory::new(&mut store, *ty).unwrap();
                store.data_mut().memory = Some(memory);
                linker.define(&from, &name, memory).unwrap();
            }
            ExternType::Func(ty) => {
                let bare = name.strip_prefix("seal_").unwrap_or(&name).to_owned();
                let home = from.clone();
                let func = Func::new(&mut store, ty.clone(), move |caller: Caller<Host>, params: &[Value], results: &mut [Value]| {
                    serve(&home, &bare, caller, params, results)
                });
                linker.define(&from, &name, func).unwrap();
            }
            _ => panic!("contracts import functions and a memory"),
        }
    }
    let instance = linker.instantiate(&mut store, &module).unwrap().start(&mut store).unwrap();
    let function = instance.get_typed_func::<(), ()>(&store, entry).unwrap();
    let ending = match function.call(&mut store, ()) {
        Ok(()) => "returned",
        Err(trap) if trap.i32_exit_status() == Some(RETURNED) => "returned",
        Err(_) => "trapped",
    };
    let fuel = store.fuel_consumed().unwrap();
    (store.into_data(), fuel, ending)
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let wasm = std::fs::read(&args[1]).expect("the module can be read");
    let mut host = Host::default();
    for step in &args[2..] {
        let (entry, input) = step.split_once(':').expect("ENTRY:INPUT_HEX");
        host.input = (0..input.len() / 2).map(|i| u8::from_str_radix(&input[2 * i..2 * i + 2], 16).unwrap()).collect();
        let (after, fuel, ending) = run(&wasm, entry, host);
        host = after;
        println!("{fuel} {ending}");
    }
}
