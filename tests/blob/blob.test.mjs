import assert from "node:assert/strict";
import test from "node:test";

import {Metadata, TypeRegistry} from "@polkadot/types";
import {bnToU8a, hexToU8a, u8aToHex} from "@polkadot/util";
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

const versioned = async version => {
    const {result} = await call("Metadata_metadata_at_version", [u8aToHex(bnToU8a(version, {bitLength: 32, isLe: true}))]);
    const opaque = registry.createType("Option<Bytes>", hexToU8a(result));
    return opaque.isSome ? opaque.unwrap().toHex() : null;
};

test("metadata comes in the versions that are announced, and in no other", async () => {
    const versions = registry.createType("Vec<u32>", hexToU8a((await call("Metadata_metadata_versions")).result));
    assert.deepEqual(versions.map(Number), [14, 15, 16]);
    const plain = registry.createType("Bytes", hexToU8a((await call("Metadata_metadata")).result)).toHex();
    assert.equal(await versioned(14), plain);
    for (const version of [13, 17, 0xffffffff]) assert.equal(await versioned(version), null);
});

for (const number of [15, 16])
    test(`metadata V${number} says the same of pallets as V14, and tells the APIs`, async () => {
        const hex = await versioned(number);
        const own = new TypeRegistry();
        const described = new Metadata(own, hex);
        assert.equal(described.version, number);
        own.setMetadata(described);
        const raw = number === 15 ? described.asV15 : described.asV16;
        assert.equal(raw.toHex().length, hex.length - 10, "nothing is left over");
        const {asLatest: before} = await metadata();
        const names = pallets => pallets.map(pallet => [pallet.index.toNumber(), pallet.name.toString()]);
        assert.deepEqual(names(described.asLatest.pallets), names(before.pallets));

        // each exported function is described with its arguments
        const module = new WebAssembly.Module(hexToU8a(blob));
        const exported = WebAssembly.Module.exports(module).map(one => one.name).filter(name => /^[A-Z]/.test(name)).sort();
        const told = raw.apis.flatMap(api => api.methods.map(method => `${api.name}_${method.name}`)).sort();
        assert.deepEqual(told, exported);
        const find = (api, method) => raw.apis.find(one => one.name.eq(api)).methods.find(one => one.name.eq(method));
        const info = find("TransactionPaymentApi", "query_info");
        assert.deepEqual(info.inputs.map(({name, type}) => [name.toString(), own.createLookupType(type) && own.lookup.getSiType(type).path.join("::")]),
            [["uxt", "sp_runtime::generic::unchecked_extrinsic::UncheckedExtrinsic"], ["len", ""]]);
        assert.equal(own.lookup.getTypeDef(find("AccountNonceApi", "account_nonce").output).type, "u32");
        for (const api of raw.apis) {
            assert.ok(api.docs.length > 0, `${api.name} has no docs`);
            for (const method of api.methods) assert.ok(method.docs.length > 0, `${api.name}.${method.name} has no docs`);
        }

        const extrinsic = described[`asV${number}`].extrinsic;
        if (number === 15) assert.equal(extrinsic.version.toNumber(), 4);
        else {
            assert.deepEqual(Array.from(extrinsic.versions, Number), [4, 5]);
            const all = extrinsic.transactionExtensions.map((_, index) => index);
            assert.deepEqual(Array.from(extrinsic.transactionExtensionsByVersion).map(([set, list]) => [set.toNumber(), Array.from(list, Number)]), [[0, all]]);
        }
        const validity = described.asLatest.lookup.types.find(({type}) => type.path.join("::") === "sp_runtime::transaction_validity::ValidTransaction");
        assert.deepEqual(validity.type.def.asComposite.fields.map(({name}) => name.unwrap().toString()),
            ["priority", "requires", "provides", "longevity", "propagate"]);

        const path = type => own.lookup.getSiType(type).path.join("::");
        assert.equal(path(raw.outerEnums.callType ?? raw.outerEnums.callEnumType), "khala_runtime::RuntimeCall");
        assert.equal(path(raw.outerEnums.eventType ?? raw.outerEnums.eventEnumType), "khala_runtime::RuntimeEvent");
        assert.equal(path(raw.outerEnums.errorType ?? raw.outerEnums.errorEnumType), "khala_runtime::RuntimeError");
        assert.equal(raw.custom.map.size, 0);
        for (const {id} of described.asLatest.lookup.types) own.createTypeUnsafe(own.createLookupType(id), []);
    });

test("every error of every pallet is explained", async () => {
    const {asV14} = await metadata();
    let errors = 0;
    for (const pallet of asV14.pallets) {
        if (pallet.errors.isNone) continue;
        for (const {name, docs} of registry.lookup.getSiType(pallet.errors.unwrap().type).def.asVariant.variants) {
            assert.ok(docs.join("").length > 10, `${pallet.name}.${name}`);
            ++errors;
        }
    }
    assert.ok(errors > 80);
});
