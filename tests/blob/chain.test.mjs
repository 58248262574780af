// Genesis and the first block, by the blob alone in an executor that is not ours.
import assert from "node:assert/strict";
import test from "node:test";

import {Metadata, TypeRegistry} from "@polkadot/types";
import {compactToU8a, hexToString, hexToU8a, stringToHex, u8aConcat, u8aToHex} from "@polkadot/util";
import {calculate_state_root as calculateStateRoot} from "@acala-network/chopsticks-executor";

import {call} from "./executor.mjs";

const registry = new TypeRegistry();
const bytes = hex => u8aToHex(u8aConcat(compactToU8a(hexToU8a(hex).length), hexToU8a(hex)));
const text = value => bytes(stringToHex(value));
const body = answer => u8aToHex(registry.createType("Bytes", hexToU8a(answer)).toU8a(true));

const merge = (target, patch) => {
    for (const [name, value] of Object.entries(patch))
        if (value !== null && typeof value === "object" && !Array.isArray(value)) merge(target[name] ??= {}, value);
        else target[name] = value;
    return target;
};

// JSON.parse rounds balances: keep integers as they are written
const parse = json => JSON.parse(json.replace(/([:,[])(\d{16,})/g, '$1"#$2"'));
const print = value => JSON.stringify(value).replace(/"#(\d+)"/g, "$1");

async function preset(name) {
    const {result} = await call("GenesisBuilder_get_preset", [name === undefined ? "0x00" : `0x01${text(name).slice(2)}`]);
    assert.equal(result.slice(0, 4), "0x01", `preset ${name}`);
    return parse(hexToString(body(`0x${result.slice(4)}`)));
}

function apply(state, changes) {
    const out = new Map(state);
    for (const [key, value] of changes) value == null ? out.delete(key) : out.set(key, value);
    return out;
}

async function genesis(name) {
    const json = print(merge(await preset(), await preset(name)));
    const {result, changes} = await call("GenesisBuilder_build_state", [text(json)]);
    assert.equal(result, "0x00", "build_state");
    return apply(new Map(), changes);
}

test("presets are named and merge into a genesis", async () => {
    const names = registry.createType("Vec<Text>", hexToU8a((await call("GenesisBuilder_preset_names")).result));
    assert.deepEqual(names.map(String), ["development", "local_testnet"]);
    const state = await genesis("development");
    const alice = [...state].find(([key]) => key.endsWith("d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d"));
    assert.ok(alice, "System.Account of //Alice");
    const info = registry.createType("(u32,u32,u32,u32,u128,u128,u128,u128)", hexToU8a(alice[1]));
    assert.equal(info[4].toString(), "1000000000000000000");
});

test("a genesis that is only a patch or holds an unknown field is refused in words", async () => {
    const refusal = async json => {
        const {result} = await call("GenesisBuilder_build_state", [text(json)]);
        assert.equal(result.slice(0, 4), "0x01");
        return registry.createType("Text", hexToU8a(`0x${result.slice(4)}`)).toString();
    };
    assert.match(await refusal("{}"), /system .*whole configuration/);
    assert.match(await refusal("{"), /ends too early: line 1, column 2/);
    const wrong = merge(await preset(), await preset("development"));
    wrong.sudo.keys = "0x00";
    assert.match(await refusal(print(wrong)), /no such member: sudo: keys/);
});

test("a first block is built: initialised, inherents applied, finished", async () => {
    const opaque = registry.createType("Bytes", hexToU8a((await call("Metadata_metadata")).result));
    registry.setMetadata(new Metadata(registry, opaque.toHex()));
    const state = await genesis("development");
    const root = async of => await calculateStateRoot([...of].map(([key, value]) => [key, value]), 0);
    const slot = 1_700_000_000n;
    const preRuntime = registry.createType("DigestItem", {PreRuntime: ["aura", registry.createType("u64", slot).toHex(true)]});
    const parent = registry.createType("Header", {
        number: 0, stateRoot: await root(state),
        extrinsicsRoot: "0x03170a2e7597b7b7e3d84c05391d139a62b157e78786d8c082f29dcf4c111314",
    });
    const header = registry.createType("Header", {parentHash: parent.hash, number: 1, digest: {logs: [preRuntime]}});

    let building = state;
    const run = async (name, args) => {
        const {result, changes} = await call(name, args, building);
        building = apply(building, changes);
        return result;
    };
    assert.equal(await run("Core_initialize_block", [header.toHex()]), "0x00", "all extrinsics are allowed");
    const inherents = registry.createType("(Vec<([u8; 8], Bytes)>)", [[
        [stringToHex("auraslot"), registry.createType("u64", slot).toHex(true)],
        [stringToHex("timstap0"), registry.createType("u64", slot * 1000n).toHex(true)]]]);
    const {result} = await call("BlockBuilder_inherent_extrinsics", [inherents.toHex()], building);
    const extrinsics = registry.createType("Vec<Bytes>", hexToU8a(result));
    assert.equal(extrinsics.length, 1, "the time");
    for (const one of extrinsics) assert.equal(await run("BlockBuilder_apply_extrinsic", [bytes(one.toHex())]), "0x0000");
    const finished = registry.createType("Header", hexToU8a(await run("BlockBuilder_finalize_block", [])));
    assert.equal(finished.number.toNumber(), 1);

    // This executor knows the root of a call's changes only, so Core_execute_block is tried on our own host.
    const now = [...building].find(([key]) => key === "0xf0c365c3cf59d671eb72da0e7a4113c49f1f0515f462cdcf84e0f1d6045dfcbb");
    assert.equal(registry.createType("u64", hexToU8a(now[1])).toBigInt(), slot * 1000n, "Timestamp.Now");
    const digest = registry.createType("Vec<DigestItem>", finished.digest.logs.toU8a());
    assert.deepEqual(digest.map(item => item.type), ["PreRuntime"]);
});

test("arguments that do not decode end the call", async () => {
    await assert.rejects(call("AccountNonceApi_account_nonce", ["0x00"]), /arguments of AccountNonceApi_account_nonce|unreachable|trap/i);
});
