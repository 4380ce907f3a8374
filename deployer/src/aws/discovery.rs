//! Settings of the surroundings, for commands that have none of their own yet.

use aws_config::BehaviorVersion;

/// The region that AWS's tools would use: from `AWS_REGION` or the profile in use.
pub async fn configured_region() -> Option<String> {
    let config = aws_config::defaults(BehaviorVersion::v2026_01_12())
        .http_client(super::https::https_client(None, None))
        .load()
        .await;
    config.region().map(ToString::to_string)
}
