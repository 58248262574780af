//! subxt against our node: transfers, events, storage, errors. Usage: phala-subxt-client ws://host:port
//! Prints one line per thing that worked; a thing that did not ends it.
use subxt::config::substrate::SubstrateConfig;
use subxt::dynamic::{self, Value};
use subxt::error::{DispatchError, Error, TransactionEventsError, TransactionFinalizedSuccessError};
use subxt::ext::scale_decode::DecodeAsType;
use subxt::OnlineClient;
use subxt_signer::sr25519::{dev, Keypair};

type Client = OnlineClient<SubstrateConfig>;
type AnyError = Box<dyn std::error::Error>;
const PHA: u128 = 1_000_000_000_000;

#[derive(Debug, DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct AccountInfo {
    nonce: u32,
    data: AccountData,
}

#[derive(Debug, DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct AccountData {
    free: u128,
}

#[derive(Debug, DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct Transfer {
    from: [u8; 32],
    to: [u8; 32],
    amount: u128,
}

async fn account(client: &Client, who: &Keypair) -> Result<AccountInfo, AnyError> {
    let at = client.at_current_block().await?;
    let address = dynamic::storage::<([u8; 32],), AccountInfo>("System", "Account");
    Ok(at.storage().fetch(address, (who.public_key().0,)).await?.decode()?)
}

fn pay(to: &Keypair, amount: u128) -> impl subxt::transactions::Payload {
    dynamic::transaction("Balances", "transfer_keep_alive", (to.public_key().to_address::<()>(), amount))
}

async fn what_chain(client: &Client) -> Result<(), AnyError> {
    let at = client.at_current_block().await?;
    let deposit = at.constants().entry(dynamic::constant::<u128>("Balances", "ExistentialDeposit"))?;
    assert_eq!(deposit, PHA / 100);
    let nonce = at
        .runtime_apis()
        .call(dynamic::runtime_api_call::<_, u32>("AccountNonceApi", "account_nonce", (dev::dave().public_key().0,)))
        .await?;
    assert_eq!(nonce, account(client, &dev::dave()).await?.nonce);
    Ok(())
}

async fn transfer_and_events(client: &Client) -> Result<(), AnyError> {
    let (alice, bob) = (dev::alice(), dev::bob());
    let before = (account(client, &alice).await?, account(client, &bob).await?);
    let events = client
        .tx()
        .await?
        .sign_and_submit_then_watch_default(&pay(&bob, PHA), &alice)
        .await?
        .wait_for_finalized_success()
        .await?;
    let mut seen = Vec::new();
    let mut fee = 0u128;
    for event in events.iter() {
        let event = event?;
        seen.push(format!("{}.{}", event.pallet_name(), event.event_name()));
        if (event.pallet_name(), event.event_name()) == ("Balances", "Transfer") {
            let transfer: Transfer = event.decode_fields_unchecked_as()?;
            assert_eq!((transfer.from, transfer.to, transfer.amount), (alice.public_key().0, bob.public_key().0, PHA));
        }
        if event.event_name() == "TransactionFeePaid" {
            #[derive(DecodeAsType)]
            #[decode_as_type(crate_path = "subxt::ext::scale_decode")]
            struct Paid {
                actual_fee: u128,
            }
            let paid: Paid = event.decode_fields_unchecked_as()?;
            fee = paid.actual_fee;
        }
    }
    for wanted in ["Balances.Transfer", "TransactionPayment.TransactionFeePaid", "System.ExtrinsicSuccess"] {
        assert!(seen.iter().any(|name| name == wanted), "{wanted} in {seen:?}");
    }
    let after = (account(client, &alice).await?, account(client, &bob).await?);
    assert_eq!(after.1.data.free, before.1.data.free + PHA);
    assert_eq!(after.0.data.free, before.0.data.free - PHA - fee);
    assert_eq!(after.0.nonce, before.0.nonce + 1);
    Ok(())
}

async fn iterate_storage(client: &Client) -> Result<(), AnyError> {
    let at = client.at_current_block().await?;
    let entry = at.storage().entry(dynamic::storage::<([u8; 32],), AccountInfo>("System", "Account"))?;
    let mut accounts = entry.iter(()).await?;
    let mut found = Vec::new();
    let mut total = 0u128;
    while let Some(one) = accounts.next().await {
        let one = one?;
        found.push(one.key()?.decode()?.0);
        total += one.value().decode()?.data.free;
    }
    assert!(found.len() >= 16, "{} accounts", found.len());
    assert!(found.contains(&dev::alice().public_key().0));
    let issuance = at.storage().fetch(dynamic::storage::<(), u128>("Balances", "TotalIssuance"), ()).await?.decode()?;
    assert!(total > 0 && total <= issuance, "{total} of {issuance}");
    Ok(())
}

/// The pallet's error by name, or what kind it is.
fn reason(error: TransactionFinalizedSuccessError) -> String {
    match error {
        TransactionFinalizedSuccessError::SuccessError(TransactionEventsError::ExtrinsicFailed(error)) => match error {
            DispatchError::Module(module) => module.details_string(),
            other => format!("{other:?}"),
        },
        other => format!("unexpected: {other:?}"),
    }
}

async fn errors(client: &Client) -> Result<(), AnyError> {
    let bob = dev::bob();
    let remark = Value::unnamed_variant("System", [Value::named_variant("remark", [("remark", Value::from_bytes([0u8]))])]);
    let failed = client
        .tx()
        .await?
        .sign_and_submit_then_watch_default(&dynamic::transaction("Sudo", "sudo", (remark,)), &bob)
        .await?
        .wait_for_finalized_success()
        .await
        .expect_err("Bob is not sudo");
    assert!(reason(failed).contains("RequireSudo"));

    let poor = client
        .tx()
        .await?
        .sign_and_submit_then_watch_default(&pay(&dev::alice(), 2_000_000 * PHA), &bob)
        .await?
        .wait_for_finalized_success()
        .await
        .expect_err("Bob has less");
    assert!(reason(poor).contains("FundsUnavailable"));

    // an account that cannot pay is refused before any block
    let nobody = Keypair::from_uri(&"//Nobody".parse()?)?;
    let refused = client.tx().await?.sign_and_submit_then_watch_default(&pay(&bob, 1), &nobody).await;
    let refused = match refused {
        Err(error) => error.to_string(),
        Ok(progress) => progress.wait_for_finalized().await.err().expect("it was accepted").to_string(),
    };
    // as the RPC error of the old API, or as the status of the new
    assert!(refused.contains("1010") || refused.contains("pay some fees"), "{refused}");
    Ok(())
}

async fn follow(client: &Client) -> Result<(), AnyError> {
    let mut blocks = client.stream_blocks().await?;
    let mut last: Option<u64> = None;
    for _ in 0..3 {
        let block = blocks.next().await.expect("blocks go on")?;
        assert!(last.is_none_or(|number| block.number() == number + 1), "{} after {last:?}", block.number());
        last = Some(block.number());
        let at = block.at().await?;
        let extrinsics = at.extrinsics().fetch().await?;
        let first = extrinsics.iter().next().expect("an inherent")?;
        assert_eq!((first.pallet_name(), first.call_name()), ("Timestamp", "set"));
    }
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), AnyError> {
    let url = std::env::args().nth(1).ok_or("usage: phala-subxt-client ws://host:port")?;
    let client = Client::from_insecure_url(&url).await.map_err(Error::from)?;
    what_chain(&client).await?;
    println!("ok chain");
    transfer_and_events(&client).await?;
    println!("ok transfer");
    iterate_storage(&client).await?;
    println!("ok storage");
    errors(&client).await?;
    println!("ok errors");
    follow(&client).await?;
    println!("ok blocks");
    Ok(())
}
