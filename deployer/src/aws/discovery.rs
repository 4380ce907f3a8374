//! What the surroundings say where nobody has said anything yet.

use aws_config::BehaviorVersion;

/// The region that AWS's tools would work in: that of `AWS_REGION`, or of the profile in use.
pub async fn configured_region() -> Option<String> {
    let config = aws_config::defaults(BehaviorVersion::v2026_01_12())
        .http_client(super::https::https_client(None, None))
        .load()
        .await;
    config.region().map(ToString::to_string)
}
