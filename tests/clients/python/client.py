"""py-substrate-interface against our node: transfers, events, storage iteration, errors. Usage: client.py ws://host:port

Prints one line per thing that worked; a thing that did not ends it.
"""
import sys

from substrateinterface import Keypair, KeypairType, SubstrateInterface
from substrateinterface.exceptions import SubstrateRequestException

PHA = 10**12


def account(chain, who):
    return chain.query("System", "Account", [who.ss58_address]).value


def pay(chain, to, amount):
    return chain.compose_call("Balances", "transfer_keep_alive", {"dest": to.ss58_address, "value": amount})


def submit(chain, call, signer, **options):
    return chain.submit_extrinsic(chain.create_signed_extrinsic(call, signer, **options), wait_for_finalization=True)


def what_chain(chain):
    assert chain.chain == "Phala Development", chain.chain
    assert (chain.ss58_format, chain.token_decimals, chain.token_symbol) == (30, 12, "PHA")
    assert chain.get_constant("Balances", "ExistentialDeposit").value == PHA // 100
    head = chain.get_block_header(chain.get_chain_head())
    assert chain.get_block_number(head["header"]["hash"]) == head["header"]["number"]


def transfer_and_events(chain, alice, bob):
    before = account(chain, alice), account(chain, bob)
    call = pay(chain, bob, PHA)
    estimate = chain.get_payment_info(call, alice)["partialFee"]
    receipt = submit(chain, call, alice)
    assert receipt.is_success and receipt.total_fee_amount == estimate, (receipt.total_fee_amount, estimate)
    events = [event.value for event in receipt.triggered_events]
    transfer = next(event for event in events if (event["module_id"], event["event_id"]) == ("Balances", "Transfer"))
    assert transfer["attributes"] == {"from": alice.ss58_address, "to": bob.ss58_address, "amount": PHA}, transfer
    after = account(chain, alice), account(chain, bob)
    assert after[1]["data"]["free"] == before[1]["data"]["free"] + PHA
    assert after[0]["data"]["free"] == before[0]["data"]["free"] - PHA - estimate
    assert after[0]["nonce"] == before[0]["nonce"] + 1
    block = chain.get_block(receipt.block_hash)
    names = [(one.value["call"]["call_module"], one.value["call"]["call_function"]) for one in block["extrinsics"]]
    assert ("Balances", "transfer_keep_alive") in names and names[0] == ("Timestamp", "set"), names
    # the past keeps what it had
    then = chain.query("System", "Account", [alice.ss58_address], block_hash=block["header"]["parentHash"]).value
    assert then["data"]["free"] == before[0]["data"]["free"]


def keys_of_both_kinds(chain, alice):
    # its third kind makes accounts of Ethereum's form, which this chain does not have
    for kind in (KeypairType.SR25519, KeypairType.ED25519):
        pair = Keypair.create_from_seed("0x" + f"{kind:02x}" * 32, ss58_format=30, crypto_type=kind)
        assert submit(chain, pay(chain, pair, 2 * PHA), alice).is_success
        remark = chain.compose_call("System", "remark", {"remark": "0x01"})
        nonce = account(chain, pair)["nonce"]
        assert submit(chain, remark, pair, era={"period": 64}).is_success
        assert submit(chain, remark, pair, tip=5).is_success
        assert account(chain, pair)["nonce"] == nonce + 2


def iterate_storage(chain, alice):
    pages = chain.query_map("System", "Account", page_size=5)
    accounts = {who.value: info.value for who, info in pages}
    assert len(accounts) >= 16 and alice.ss58_address in accounts, len(accounts)
    keys = [chain.create_storage_key("System", "Account", [who]) for who in list(accounts)[:3]]
    several = chain.query_multi(keys)
    assert [value.value for _, value in several] == [accounts[who] for who in list(accounts)[:3]]
    assert chain.query("Balances", "TotalIssuance").value >= sum(info["data"]["free"] for info in accounts.values())
    assert chain.query("System", "BlockHash", [0]).value == chain.get_block_hash(0)


def errors(chain, alice, bob):
    remark = chain.compose_call("System", "remark", {"remark": "0x00"})
    failed = submit(chain, chain.compose_call("Sudo", "sudo", {"call": remark}), bob)
    assert not failed.is_success and failed.error_message["name"] == "RequireSudo", failed.error_message
    poor = submit(chain, pay(chain, alice, 2_000_000 * PHA), bob)
    assert not poor.is_success
    failure = next(event.value for event in poor.triggered_events if event.value["event_id"] == "ExtrinsicFailed")
    assert failure["attributes"]["dispatch_error"] == {"Token": "FundsUnavailable"}, failure
    nobody = Keypair.create_from_uri("//Nobody", ss58_format=30)
    try:
        submit(chain, pay(chain, bob, 1), nobody)
        raise AssertionError("it was accepted")
    except SubstrateRequestException as error:
        assert error.args[0]["code"] == 1010, error.args
    try:
        chain.rpc_request("no_such_method", [])
        raise AssertionError("it was answered")
    except SubstrateRequestException as error:
        assert error.args[0]["code"] == -32601, error.args


def follow(chain):
    numbers = []

    def heard(head, _update, _subscription):
        numbers.append(head["header"]["number"])
        return True if len(numbers) == 3 else None

    chain.subscribe_block_headers(heard)
    assert numbers == list(range(numbers[0], numbers[0] + 3)), numbers
    seen = []

    def changed(now, _update, _subscription):
        seen.append(now.value)
        return True if len(seen) == 3 else None

    chain.query("Timestamp", "Now", subscription_handler=changed)
    assert seen == sorted(set(seen)), seen


def main():
    chain = SubstrateInterface(url=sys.argv[1])
    alice, bob = (Keypair.create_from_uri(f"//{name}", ss58_format=30) for name in ("Alice", "Bob"))
    what_chain(chain)
    print("ok chain")
    transfer_and_events(chain, alice, bob)
    print("ok transfer")
    keys_of_both_kinds(chain, alice)
    print("ok keys")
    iterate_storage(chain, alice)
    print("ok storage")
    errors(chain, alice, bob)
    print("ok errors")
    follow(chain)
    print("ok blocks")


main()
