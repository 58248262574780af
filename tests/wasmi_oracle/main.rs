//! Runs code in the interpreter whose fuel is the protocol's. It reads requests from standard input and answers each on
//! standard output, until the input ends; src/worker/core/engine/oracle_testing.hpp is its client. Host functions do what
//! the request says that they did in the engine: which bytes of memory they wrote, what they gave back, how much fuel
//! they took, whether they ended the run. All numbers are little-endian; bytes have their length in front as a u32.
//!
//! Request: code bytes, entry bytes, fuel u64, number of host calls u32, and for each: stops u8, result u64, fuel taken
//! u64, number of writes u32, and for each: address u32, bytes.
//! Answer: ending u8, fuel left u64, host calls made u32.
use std::io::{self, Read, Write};
use wasmi::core::{Trap, TrapCode, ValueType};
use wasmi::{Caller, Config, Engine, ExternType, Func, Linker, Memory, Module, Store, Value};

const STOP: i32 = 7;
const UNEXPECTED_CALL: i32 = 8;

#[repr(u8)]
enum Ending {
    Returned,
    Trapped,
    OutOfFuel,
    Stopped,
    NotStarted,
    NotValid,
    UnexpectedCall,
}

struct HostCall {
    stops: bool,
    result: u64,
    fuel: u64,
    writes: Vec<(u32, Vec<u8>)>,
}

#[derive(Default)]
struct Host {
    memory: Option<Memory>,
    calls: Vec<HostCall>,
    made: usize,
}

fn take<const N: usize>(input: &mut impl Read) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    input.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn number(input: &mut impl Read) -> io::Result<u32> {
    Ok(u32::from_le_bytes(take(input)?))
}

fn long(input: &mut impl Read) -> io::Result<u64> {
    Ok(u64::from_le_bytes(take(input)?))
}

fn bytes(input: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut out = vec![0; number(input)? as usize];
    input.read_exact(&mut out)?;
    Ok(out)
}

fn host_call(input: &mut impl Read) -> io::Result<HostCall> {
    let stops = take::<1>(input)?[0] != 0;
    let (result, fuel) = (long(input)?, long(input)?);
    let mut writes = vec![];
    for _ in 0..number(input)? {
        writes.push((number(input)?, bytes(input)?));
    }
    Ok(HostCall { stops, result, fuel, writes })
}

fn serve(mut caller: Caller<Host>, results: &mut [Value]) -> Result<(), Trap> {
    let memory = caller.data().memory.unwrap();
    let at = caller.data().made;
    caller.data_mut().made += 1;
    let Some(call) = caller.data_mut().calls.get_mut(at) else { return Err(Trap::i32_exit(UNEXPECTED_CALL)) };
    let writes = std::mem::take(&mut call.writes);
    let (stops, result, fuel) = (call.stops, call.result, call.fuel);
    for (address, bytes) in writes {
        let place = address as usize..address as usize + bytes.len();
        match memory.data_mut(&mut caller).get_mut(place) {
            Some(place) => place.copy_from_slice(&bytes),
            None => return Err(Trap::i32_exit(UNEXPECTED_CALL)),
        }
    }
    if caller.consume_fuel(fuel).is_err() {
        return Err(Trap::i32_exit(UNEXPECTED_CALL));
    }
    if stops {
        return Err(Trap::i32_exit(STOP));
    }
    if let Some(place) = results.first_mut() {
        *place = match place.ty() {
            ValueType::I64 => Value::I64(result as i64),
            _ => Value::I32(result as i32),
        };
    }
    Ok(())
}

fn ending_of(outcome: Result<(), Trap>) -> Ending {
    let Err(trap) = outcome else { return Ending::Returned };
    match (trap.i32_exit_status(), trap.trap_code()) {
        (Some(STOP), _) => Ending::Stopped,
        (Some(_), _) => Ending::UnexpectedCall,
        (_, Some(TrapCode::OutOfFuel)) => Ending::OutOfFuel,
        _ => Ending::Trapped,
    }
}

fn run(code: &[u8], entry: &str, fuel: u64, calls: Vec<HostCall>) -> (Ending, u64, usize) {
    let mut config = Config::default();
    config.consume_fuel(true).wasm_multi_value(false).wasm_bulk_memory(false).wasm_reference_types(false);
    let engine = Engine::new(&config);
    let Ok(module) = Module::new(&engine, code) else { return (Ending::NotValid, fuel, 0) };
    let mut store = Store::new(&engine, Host { calls, ..Host::default() });
    store.add_fuel(fuel).unwrap();
    let mut linker = Linker::new(&engine);
    for import in module.imports() {
        // a name that is imported twice is one function
        let _ = match import.ty() {
            ExternType::Memory(ty) => {
                let memory = Memory::new(&mut store, *ty).unwrap();
                store.data_mut().memory = Some(memory);
                linker.define(import.module(), import.name(), memory).is_ok()
            }
            ExternType::Func(ty) => {
                let func = Func::new(&mut store, ty.clone(), |caller: Caller<Host>, _: &[Value], results: &mut [Value]| {
                    serve(caller, results)
                });
                linker.define(import.module(), import.name(), func).is_ok()
            }
            _ => false,
        };
    }
    let outcome = match linker.instantiate(&mut store, &module) {
        Err(_) => Ending::NotStarted,
        Ok(prepared) => match prepared.start(&mut store) {
            Err(wasmi::Error::Trap(trap)) => ending_of(Err(trap)),
            Err(_) => Ending::NotStarted,
            Ok(instance) => match instance.get_func(&store, entry) {
                None => Ending::NotValid,
                Some(function) => {
                    let mut results = vec![Value::I32(0); function.ty(&store).results().len()];
                    match function.call(&mut store, &[], &mut results) {
                        Ok(()) => Ending::Returned,
                        Err(wasmi::Error::Trap(trap)) => ending_of(Err(trap)),
                        Err(_) => Ending::NotStarted,
                    }
                }
            },
        },
    };
    let left = fuel - store.fuel_consumed().unwrap();
    (outcome, left, store.data().made)
}

fn main() -> io::Result<()> {
    let mut input = io::stdin().lock();
    let mut output = io::stdout().lock();
    while let Ok(code) = bytes(&mut input) {
        let entry = String::from_utf8(bytes(&mut input)?).expect("a name");
        let fuel = long(&mut input)?;
        let calls = (0..number(&mut input)?).map(|_| host_call(&mut input)).collect::<io::Result<Vec<_>>>()?;
        let (ending, left, made) = run(&code, &entry, fuel, calls);
        output.write_all(&[ending as u8])?;
        output.write_all(&left.to_le_bytes())?;
        output.write_all(&(made as u32).to_le_bytes())?;
        output.flush()?;
    }
    Ok(())
}
