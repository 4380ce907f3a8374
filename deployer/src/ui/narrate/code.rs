//! PURE: messages about building, loading and storing code.

use cfn_deploy::Uploads;

use super::Telling;
use crate::artifact::{Artifact, BuildNote};
use crate::ui::outlook::Left;
use crate::ui::paint;
use crate::ui::text::{count, size};

/// Reports the progress of a build.
pub(in crate::ui) fn build(note_of_build: BuildNote<'_>) -> Telling {
    match note_of_build {
        BuildNote::AddingTarget(target) => {
            Telling::note(format!("adding the Rust target {target} with rustup"))
        }
        BuildNote::Line(line) => Telling::doing(format!("building: {}", line.trim())),
    }
}

/// Reports a built or loaded artifact.
pub(in crate::ui) fn artifact(verb: &str, artifact: &Artifact) -> Telling {
    let size = paint::faint(format!(
        "{}, {}",
        size(artifact.zip().len()),
        &artifact.hash().hex()[..12]
    ));
    Telling::done(format!("{verb} {} {size}", artifact.binary()))
}

pub(super) fn uploading(key: &str, bytes: usize) -> Telling {
    let what = format!("uploading {} ({})", content_of(key), size(bytes));
    Telling {
        lines: Some(format!("  {} {what}", paint::good("↑"))),
        doing: Some(what),
        left: Left::Unknown,
    }
}

pub(super) fn upload_skipped(key: &str) -> Telling {
    let fact = paint::faint("is in the bucket already");
    Telling::done(format!("{} {fact}", content_of(key)))
}

/// Reports what was stored for a deployment that was not approved.
pub(super) fn stays(bucket: &str, uploads: Uploads) -> Telling {
    let objects = count(uploads.objects as u64, "object");
    let was = if uploads.objects == 1 { "was" } else { "were" };
    let done = match (uploads.bucket_is_new, uploads.objects) {
        (true, 0) => format!("bucket {bucket} was created"),
        (true, _) => format!("bucket {bucket} was created, and {objects} {was} uploaded to it"),
        (false, _) => format!("{objects} {was} uploaded to bucket {bucket}"),
    };
    let gc = paint::quoted("`deployer gc`");
    Telling::said(format!(
        "  {} {done}: that stays for the next run; {gc} deletes what nothing refers to",
        paint::warn("!")
    ))
}

/// Reports that code pushed to a function is rolled back.
pub(super) fn returned(function: &str, from: &str, to: &str) -> Telling {
    let done = if from == "$LATEST" {
        format!("{function} had code that was pushed and not published; it has that of version {to} again")
    } else {
        format!("{function} was on version {from}, pushed past the stack; it is back on {to}")
    };
    Telling::said(format!("  {} {done}", paint::warn("!")))
}

/// The content behind a key: the binary of `code/<binary>/…`, or the template; other keys are shown as they are.
fn content_of(key: &str) -> &str {
    if key.starts_with("templates/") {
        return "the template";
    }
    key.strip_prefix("code/")
        .and_then(|rest| rest.split('/').next())
        .unwrap_or(key)
}
