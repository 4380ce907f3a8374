//! A stand-in for SNS that accepts every publication.
//!
//! <https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html>

use std::net::SocketAddr;

use axum::Router;
use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use event_store_function::relay::publisher::NOTICES_A_CALL;
use tokio::net::TcpListener;

use super::Result;

/// Starts the stand-in on loopback.
pub(crate) async fn start() -> Result<SocketAddr> {
    let members = (0..NOTICES_A_CALL)
        .map(|entry| format!("<member><Id>{entry}</Id><MessageId>{entry}</MessageId></member>"));
    let answer = format!(
        "<PublishBatchResponse><PublishBatchResult><Failed/><Successful>{}</Successful>\
         </PublishBatchResult></PublishBatchResponse>",
        members.collect::<Vec<_>>().concat()
    );
    let answer = Bytes::from(answer);
    let router = Router::new().fallback(async move || ([(CONTENT_TYPE, "text/xml")], answer));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async { axum::serve(listener, router).await });
    Ok(address)
}
