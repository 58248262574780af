// Runs functions of a runtime blob in chopsticks' executor: MVP Wasm only, none of our code.
import {run_task as runTask} from "@acala-network/chopsticks-executor";
import {readFileSync} from "node:fs";

export const blob = `0x${readFileSync(process.env.PHALA_RUNTIME).toString("hex")}`;

/// Calls `name` on a state given as a map from hex key to hex value. Gives the answer and the changes.
export async function call(name, args = [], state = new Map()) {
    const keys = [...state.keys()].sort();
    const answer = await runTask(
        {
            id: 1,
            wasm: blob,
            calls: [[name, args]],
            mockSignatureHost: 0,
            allowUnresolvedImports: false,
            runtimeLogLevel: 3,
            storageProofSize: 0,
        },
        {
            getStorage: async key => state.get(key),
            getNextKey: async (prefix, key) => keys.find(one => one > key && one.startsWith(prefix)),
            offchainGetStorage: async () => undefined,
            offchainTimestamp: async () => 0,
            offchainRandomSeed: async () => `0x${"00".repeat(32)}`,
            offchainSubmitTransaction: async () => false,
        },
    );
    if (answer.Error) throw new Error(`${name}: ${answer.Error}`);
    return {result: answer.Call.result, changes: answer.Call.storageDiff, logs: answer.Call.runtimeLogs};
}
