//! The streams of one type, with events as values.

use event_store_client::types::{ExpectedRevision, NewEvent, Provenance};
use futures::TryStreamExt;

use crate::support::{AccountEvent, Watch, account, account_type, accounts, paid_in, revision};

fn balance(balance: u64, event: &AccountEvent) -> u64 {
    match event {
        AccountEvent::PaidIn(amount) => balance + amount,
        AccountEvent::PaidOut(amount) => balance - amount,
    }
}

#[tokio::test]
async fn a_stream_is_folded_and_folded_on() {
    let (_, client, watch) = Watch::start();
    let accounts = accounts(client);
    let absent = accounts
        .fold(account(), 0, |state, recorded| balance(state, &recorded.data))
        .await
        .unwrap();
    assert_eq!((absent.state, absent.revision), (0, None));
    assert_eq!(absent.expected(), ExpectedRevision::NoStream);

    let events = [AccountEvent::PaidIn(5), AccountEvent::PaidOut(2)];
    accounts
        .append(account(), absent.expected(), events)
        .await
        .unwrap();
    let first = accounts
        .fold_on(account(), absent, |state, recorded| {
            balance(state, &recorded.data)
        })
        .await
        .unwrap();
    assert_eq!((first.state, first.revision), (3, Some(revision(2))));

    accounts
        .append(account(), first.expected(), AccountEvent::PaidIn(1))
        .await
        .unwrap();
    watch.take();
    let second = accounts
        .fold_on(account(), first, |state, recorded| balance(state, &recorded.data))
        .await
        .unwrap();
    assert_eq!((second.state, second.revision), (4, Some(revision(3))));
    assert_eq!(watch.take(), ["GET events?after-revision=2"]);
}

#[tokio::test]
async fn an_unknown_type_of_event_fails_a_fold() {
    let (_, client, _) = Watch::start();
    let stranger = NewEvent::of("frozen".parse().unwrap(), &()).unwrap();
    client
        .append(
            &account_type(),
            account(),
            ExpectedRevision::NoStream,
            [paid_in(1), stranger],
        )
        .await
        .unwrap();
    let folded = accounts(client)
        .fold(account(), 0, |state, recorded| balance(state, &recorded.data))
        .await;
    let error = folded.unwrap_err();
    assert!(error.is_unknown_event_type());
    insta::assert_snapshot!(error, @"`GET /streams/account/4de60c13-c663-537e-8bd7-9ea06d604b47/events`: the event `frozen` at revision `2` of stream `4de60c13-c663-537e-8bd7-9ea06d604b47` cannot be read: its type is not known; known are `paid-in`, `paid-out`");
}

#[tokio::test]
async fn what_led_to_events_is_told_in_their_metadata() {
    let (_, client, _) = Watch::start();
    let accounts = accounts(client);
    let request = Provenance::default().correlated_with("request-7");
    accounts
        .with_provenance(request)
        .append(account(), ExpectedRevision::NoStream, AccountEvent::PaidIn(5))
        .await
        .unwrap();
    let first = accounts
        .events(account())
        .into_stream()
        .try_next()
        .await
        .unwrap()
        .unwrap();
    accounts
        .with_provenance(Provenance::caused_by(&first.event))
        .append(account(), revision(1), AccountEvent::PaidOut(5))
        .await
        .unwrap();
    let newest = accounts.events(account()).backwards().limit(1).into_stream();
    let newest: Vec<_> = newest.try_collect().await.unwrap();
    let provenance = newest[0].event.provenance();
    assert_eq!(provenance.correlation_id.as_deref(), Some("request-7"));
    assert_eq!(provenance.causation_id, Some(first.event.event_id.to_string()));
}

#[tokio::test]
async fn a_created_stream_has_an_id_of_its_own() {
    let (_, client, _) = Watch::start();
    let accounts = accounts(client);
    let first = accounts.create(AccountEvent::PaidIn(1)).await.unwrap().stream;
    let events = vec![AccountEvent::PaidIn(1), AccountEvent::PaidIn(2)];
    let second = accounts.create(events).await.unwrap().stream;
    assert_ne!(first.stream_id, second.stream_id);
    assert_eq!(second.revision, revision(2));
    assert_eq!(accounts.id_of("A-1"), account());
}

#[tokio::test]
async fn an_event_that_cannot_be_written_is_not_sent() {
    use event_store_client::Category;
    use serde::{Deserialize, Serialize};

    #[derive(Serialize, Deserialize)]
    struct NoEnum {
        amount: u64,
    }
    let (_, client, watch) = Watch::start();
    let category = Category::<NoEnum>::new(client, account_type());
    let error = category
        .append(account(), ExpectedRevision::NoStream, NoEnum { amount: 1 })
        .await
        .unwrap_err();
    assert!(!error.is_retryable() && error.unsettled().is_none());
    assert!(watch.take().is_empty());
    insta::assert_snapshot!(error, @"`POST /streams/account/4de60c13-c663-537e-8bd7-9ea06d604b47/events`: an event cannot be written");
    let source = std::error::Error::source(&error).unwrap();
    assert!(source.to_string().contains("is no enum"), "{source}");
}
