//! The conformance suite on a deployed store.

use event_store_e2e::conformance;

use crate::staging_like;

#[tokio::test]
async fn a_deployed_store_conforms() {
    let deployment = staging_like("conformance").await;
    conformance::all(&deployment.client().await).await;
    deployment.purge().await.succeeded();
}
