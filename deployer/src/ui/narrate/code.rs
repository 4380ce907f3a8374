//! PURE: code built, loaded and stored, in words.

use cfn_deploy::Uploads;

use super::Telling;
use crate::artifact::{Artifact, BuildNote};
use crate::ui::outlook::Left;
use crate::ui::paint;
use crate::ui::text::{count, size};

/// Words what happens while building.
pub(in crate::ui) fn build(note_of_build: BuildNote<'_>) -> Telling {
    match note_of_build {
        BuildNote::AddingTarget(target) => {
            Telling::note(format!("adding the Rust target {target} with rustup"))
        }
        BuildNote::Line(line) => Telling::doing(format!("building: {}", line.trim())),
    }
}

/// Words what was built or loaded.
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

/// What was stored for a deployment that nobody has agreed to.
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

/// What was pushed to a function is taken back.
pub(super) fn returned(function: &str, from: &str, to: &str) -> Telling {
    let done = if from == "$LATEST" {
        format!("{function} had code that was pushed and not published; it has that of version {to} again")
    } else {
        format!("{function} was on version {from}, pushed past the stack; it is back on {to}")
    };
    Telling::said(format!("  {} {done}", paint::warn("!")))
}

/// What lies at a key: the binary of `code/<binary>/…`, or the template; other keys are told as they are.
fn content_of(key: &str) -> &str {
    if key.starts_with("templates/") {
        return "the template";
    }
    key.strip_prefix("code/")
        .and_then(|rest| rest.split('/').next())
        .unwrap_or(key)
}
