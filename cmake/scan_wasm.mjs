// scan_wasm.mjs runtime|contract FILE: refuses a blob that an executor or the contract engine would refuse, and
// prints its size and code hash (spec substrate-host §0.1, §5.1; contract-engine §1.1).
// Opcodes are checked before by `wasm-opt --mvp-features`.
import {execFileSync} from "node:child_process";
import {readFileSync} from "node:fs";
import {basename} from "node:path";

const [kind, file] = process.argv.slice(2);
const bytes = readFileSync(file);
const complaints = [];
const check = (good, text) => good || complaints.push(text);

let at = 8;
const byte = () => bytes[at++];
const leb = () => {
    let value = 0, shift = 0, next;
    do {
        next = byte();
        value += (next & 127) * 2 ** shift;
        shift += 7;
    } while (next & 128);
    return value;
};
const name = () => {
    const size = leb();
    at += size;
    return bytes.toString("utf8", at - size, at);
};
const limits = () => {
    const flags = byte();
    return {min: leb(), max: flags & 1 ? leb() : undefined};
};

const imports = [], exports = [], custom = [];
let memory;
while (at < bytes.length) {
    const id = byte(), size = leb(), end = at + size;
    if (id === 0) custom.push(name());
    check(id !== 8, "it has a START section");
    check(id !== 5, "it defines its memory; import it as env.memory");
    if (id === 2) {
        for (let count = leb(); count > 0; --count) {
            const module = name(), field = name(), what = byte();
            if (what === 0) leb();
            else if (what === 1) byte(), limits();
            else if (what === 2) memory = limits();
            else at += 2;
            imports.push({name: `${module}.${field}`, what});
        }
    }
    if (id === 7)
        for (let count = leb(); count > 0; --count) exports.push({name: name(), what: byte(), index: leb()});
    at = end;
}

const kFunction = 0, kMemory = 2;
const allowed = kind === "runtime" ? /^env\.ext_[a-z0-9_]+$/ : /^seal[0-9]+\.[a-z0-9_]+$/;
for (const entry of imports) {
    const good = entry.what === kMemory ? entry.name === "env.memory" : entry.what === kFunction && allowed.test(entry.name);
    check(good, `it imports ${entry.name}`);
}
check(memory !== undefined, "it does not import env.memory");
if (kind === "runtime") {
    check(memory?.max === undefined, "its memory has a maximum");
    for (const needed of ["__heap_base", "Core_version", "Core_initialize_block", "Core_execute_block", "Metadata_metadata",
        "BlockBuilder_apply_extrinsic", "BlockBuilder_finalize_block", "BlockBuilder_inherent_extrinsics",
        "TaggedTransactionQueue_validate_transaction", "GenesisBuilder_build_state"])
        check(exports.some(entry => entry.name === needed), `it does not export ${needed}`);
    for (const needed of ["runtime_version", "runtime_apis"])
        check(custom.includes(needed), `it has no custom section ${needed}`);
    check(!exports.some(entry => entry.name === "__wasm_call_ctors"), "it exports __wasm_call_ctors, so constructors do not run");
} else {
    const names = exports.map(entry => entry.name).sort().join(" ");
    check(names === "call deploy", `it exports "${names}" where exactly "call deploy" is allowed`);
    check(custom.length === 0, `it carries custom sections: ${custom.join(" ")}`);
}

if (complaints.length) {
    for (const complaint of complaints) console.error(`${file}: ${complaint}`);
    process.exit(1);
}
const hash = execFileSync("b2sum", ["-l", "256", file], {encoding: "utf8"}).split(" ")[0];
console.log(`${basename(file, ".part")}: ${bytes.length} bytes, code hash 0x${hash}`);
