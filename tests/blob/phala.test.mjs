// The second composition: another chain from the same sources.
import assert from "node:assert/strict";
import test from "node:test";

import {Metadata, TypeRegistry} from "@polkadot/types";
import {hexToU8a} from "@polkadot/util";

import {call} from "./executor.mjs";

const registry = new TypeRegistry();
const opaque = registry.createType("Bytes", hexToU8a((await call("Metadata_metadata")).result));
const metadata = new Metadata(registry, opaque.toHex());
registry.setMetadata(metadata);
const pallets = metadata.asV14.pallets;
const constant = (pallet, name) => {
    const {type, value} = pallets.find(one => one.name.eq(pallet)).constants.find(one => one.name.eq(name));
    return registry.createTypeUnsafe(registry.createLookupType(type), [value.toU8a(true)]);
};

test("its pallets have the indexes of that chain", () => {
    assert.deepEqual(pallets.map(({index, name}) => [index.toNumber(), name.toString()]), [
        [0, "System"], [1, "Timestamp"], [3, "Utility"], [40, "Balances"], [41, "TransactionPayment"], [53, "Aura"],
        [85, "PhalaMq"], [86, "PhalaRegistry"], [93, "PhalaPhatContracts"], [94, "PhalaPhatTokenomic"],
        [255, "Sudo"]]);
});

test("its constants are those of parachain 2035", () => {
    assert.equal(constant("System", "SS58Prefix").toNumber(), 30);
    assert.equal(constant("System", "Version").specName.toString(), "phala");
    assert.equal(constant("Balances", "ExistentialDeposit").toString(), "10000000000");
    assert.equal(constant("Aura", "SlotDuration").toNumber(), 12000);
    assert.equal(constant("PhalaRegistry", "ParachainId").toNumber(), 2035);
    assert.equal(constant("PhalaRegistry", "NoneAttestationEnabled").isTrue, false);
    assert.equal(constant("PhalaRegistry", "VerifyPRuntime").isTrue, true);
});

test("its outer types are in its own crate", () => {
    const paths = new Set(metadata.asLatest.lookup.types.map(({type}) => type.path.join("::")));
    for (const name of ["Runtime", "RuntimeCall", "RuntimeEvent", "RuntimeHoldReason"]) assert.ok(paths.has(`phala_runtime::${name}`), name);
    assert.ok(![...paths].some(path => path.startsWith("khala_runtime")));
});
