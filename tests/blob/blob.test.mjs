import assert from "node:assert/strict";
import test from "node:test";

import {Metadata, TypeRegistry} from "@polkadot/types";
import {hexToU8a} from "@polkadot/util";
import {blake2AsHex} from "@polkadot/util-crypto";

import {blob, call} from "./executor.mjs";

const registry = new TypeRegistry();

async function metadata() {
    const opaque = registry.createType("Bytes", hexToU8a((await call("Metadata_metadata")).result));
    const out = new Metadata(registry, opaque.toHex());
    registry.setMetadata(out);
    return out;
}

test("Core_version answers on an empty state", async () => {
    const version = registry.createType("RuntimeVersion", (await call("Core_version")).result);
    assert.equal(version.specName.toString(), "khala");
    assert.equal(version.implName.toString(), "khala-cpp");
    assert.equal(version.specVersion.toNumber(), 1);
    assert.equal(version.transactionVersion.toNumber(), 1);
    const apis = Object.fromEntries(version.apis.map(([id, number]) => [id.toHex(), number.toNumber()]));
    assert.equal(apis["0xdf6acb689907609b"], 5, "Core");
    assert.equal(apis["0x37e397fc7c91f5e4"], 2, "Metadata");
});

test("what is exported is announced under the hash of its name", async () => {
    const version = registry.createType("RuntimeVersion", (await call("Core_version")).result);
    const announced = new Set(version.apis.map(([id]) => id.toHex()));
    const module = new WebAssembly.Module(hexToU8a(blob));
    const exported = WebAssembly.Module.exports(module).map(one => one.name).filter(name => /^[A-Z]/.test(name));
    for (const name of exported)
        assert.ok(announced.has(blake2AsHex(name.split("_")[0], 64)), `${name} is exported but not announced`);
    const [sections] = WebAssembly.Module.customSections(module, "runtime_apis");
    assert.equal(sections.byteLength, 12 * announced.size);
});

test("metadata V14 has the types that clients look for", async () => {
    const {asLatest, asV14, version} = await metadata();
    assert.equal(version, 14);
    const paths = new Map(asLatest.lookup.types.map(({id, type}) => [type.path.join("::"), {id, type}]));
    const has = path => {
        assert.ok(paths.has(path), `no type ${path}`);
        return paths.get(path).type;
    };
    const extrinsic = has("sp_runtime::generic::unchecked_extrinsic::UncheckedExtrinsic");
    assert.deepEqual(extrinsic.params.map(({name, type}) => [name.toString(), type.isSome]),
        [["Address", true], ["Call", true], ["Signature", true], ["Extra", true]]);
    assert.equal(has("sp_runtime::generic::era::Era").def.asVariant.variants.length, 256);
    const account = has("sp_core::crypto::AccountId32").def.asComposite.fields;
    assert.equal(account.length, 1);
    assert.ok(account[0].name.isNone);
    assert.equal(account[0].typeName.unwrap().toString(), "[u8; 32]");
    assert.deepEqual(has("frame_system::EventRecord").def.asComposite.fields.map(field => field.name.unwrap().toString()),
        ["phase", "event", "topics"]);
    assert.deepEqual(has("sp_runtime::ModuleError").def.asComposite.fields.map(field => field.name.unwrap().toString()),
        ["index", "error"]);
    for (const path of ["khala_runtime::RuntimeCall", "khala_runtime::RuntimeEvent", "khala_runtime::Runtime",
        "sp_runtime::multiaddress::MultiAddress", "sp_runtime::MultiSignature", "sp_runtime::DispatchError",
        "primitive_types::H256", "sp_weights::weight_v2::Weight", "frame_system::pallet::Call",
        "frame_system::pallet::Event", "frame_system::pallet::Error", "frame_system::AccountInfo", "Option"])
        has(path);
    assert.deepEqual(asV14.extrinsic.signedExtensions.map(one => one.identifier.toString()), [
        "CheckNonZeroSender", "CheckSpecVersion", "CheckTxVersion", "CheckGenesis", "CheckMortality", "CheckNonce",
        "CheckWeight", "CheckMqSequence", "ChargeTransactionPayment"]);
    assert.equal(asV14.extrinsic.version.toNumber(), 4);
});

test("metadata V14 describes pallets as the chain's specification has them", async () => {
    const {asLatest} = await metadata();
    const system = asLatest.pallets.find(pallet => pallet.name.eq("System"));
    assert.equal(system.index.toNumber(), 0);
    const account = system.storage.unwrap().items.find(item => item.name.eq("Account"));
    assert.ok(account.modifier.isDefault);
    assert.equal(account.type.asMap.hashers[0].type, "Blake2_128Concat");
    assert.equal(registry.lookup.getTypeDef(account.type.asMap.key).type, "AccountId32");
    assert.equal(account.docs.length > 0, true);
    const weights = system.constants.find(constant => constant.name.eq("BlockWeights"));
    const decoded = registry.createTypeUnsafe(registry.createLookupType(weights.type), [weights.value.toU8a(true)]);
    assert.equal(decoded.maxBlock.refTime.toString(), "2000000000000");
    const calls = registry.lookup.getSiType(system.calls.unwrap().type).def.asVariant.variants;
    assert.deepEqual(calls.map(one => [one.name.toString(), one.index.toNumber()]).slice(0, 3),
        [["remark", 0], ["set_heap_pages", 1], ["set_code", 2]]);
    assert.equal(calls[0].fields[0].name.unwrap().toString(), "remark");
    assert.equal(calls[0].fields[0].typeName.unwrap().toString(), "Vec<u8>");
});

test("every type of the metadata can be made and its ids are its places", async () => {
    const {asLatest} = await metadata();
    asLatest.lookup.types.forEach(({id}, at) => assert.equal(id.toNumber(), at));
    for (const {id} of asLatest.lookup.types) registry.createTypeUnsafe(registry.createLookupType(id), []);
});
