//! PURE: lays out a stack's releases.

use std::error::Error as _;
use std::time::Duration;

use cfn_deploy::stack::Release;
use cfn_deploy::stack::release::{ReleaseOutcome, SourceRevision};
use cfn_deploy::{History, Live};

use super::paint;
use super::table::fitted;
use super::text::count;
use super::text::duration;
use super::unfinished::unrecorded;

/// How many characters of a hash are enough to distinguish two.
const SHORT: usize = 12;

/// The releases, one per line below a header, with the live one marked; empty if there are none.
pub(super) fn table(history: &History, width: Option<usize>) -> String {
    if history.releases.is_empty() {
        return String::new();
    }
    let header = ["", "RELEASE", "OUTCOME", "COMMIT", "BY", "TOOK"];
    let header = header.map(paint::faint).to_vec();
    let rows = history.releases.iter().map(|release| row(release, history));
    let rows: Vec<Vec<String>> = std::iter::once(header).chain(rows).collect();
    fitted(width, "", &rows).concat()
}

fn row(release: &Release, history: &History) -> Vec<String> {
    let took = Duration::from_millis(release.durations.total_ms);
    let is_live = history.live == Live::Release(release.id.clone());
    let mut outcome = outcome(release);
    if history.gone.contains(&release.id) {
        outcome.push_str(", artifacts gone");
    }
    if is_live {
        outcome.push_str(", live");
    }
    vec![
        if is_live {
            paint::good("✓")
        } else {
            String::new()
        },
        paint::strong(&release.id),
        outcome,
        revision(release.revision.as_ref()),
        who(&release.caller).to_owned(),
        paint::faint(duration(took)),
    ]
}

/// A release in a message: its name, and its revision.
pub(super) fn in_short(release: &Release) -> String {
    let revision = match &release.revision {
        None => "no commit".to_owned(),
        some => format!("commit {}", revision(some.as_ref())),
    };
    format!(
        "{} {}",
        release.id,
        paint::faint(format!("({revision}, by {})", who(&release.caller)))
    )
}

fn outcome(release: &Release) -> String {
    let failed = match (release.failed_smoke, release.untried) {
        (true, _) => ", failed smoke",
        (false, true) => ", smoke not done",
        (false, false) => "",
    };
    let undone = match release.pushes_undone.as_slice() {
        [] => String::new(),
        functions => format!(", undid a push to {}", functions.join(" and ")),
    };
    format!("{}{undone}{failed}", brought(release))
}

fn brought(release: &Release) -> String {
    match (&release.rolled_back_to, release.outcome) {
        (Some(to), _) => format!("restored {to}"),
        (None, ReleaseOutcome::Created) => "created".to_owned(),
        (None, ReleaseOutcome::Updated) => "updated".to_owned(),
    }
}

fn revision(revision: Option<&SourceRevision>) -> String {
    match revision {
        None => "none".to_owned(),
        Some(SourceRevision { commit, dirty }) => {
            let changed = if *dirty { " and changes" } else { "" };
            format!("{}{changed}", short(commit))
        }
    }
}

fn short(hash: &str) -> &str {
    hash.get(..SHORT).unwrap_or(hash)
}

/// The end of an ARN: the user, or the session of a role.
pub(super) fn who(caller: &str) -> &str {
    caller.rsplit(['/', ':']).next().unwrap_or(caller)
}

/// Notes on what the list alone does not show.
pub(super) fn notes(stack: &str, history: &History) -> Option<String> {
    let mut notes = Vec::new();
    if history.releases.is_empty() && history.unreadable.is_empty() {
        notes.push(format!("{} has no recorded release", paint::strong(stack)));
    }
    for error in &history.unreadable {
        let why = error
            .source()
            .map(|cause| format!(": {cause}"))
            .unwrap_or_default();
        notes.push(format!(
            "{} {}{why}",
            paint::warn("!"),
            paint::quoted(&error.to_string())
        ));
    }
    match &history.live {
        Live::None if !history.releases.is_empty() => notes.push(format!(
            "there is no stack {}: none of these is live",
            paint::strong(stack)
        )),
        Live::Other => notes.push(format!(
            "{} none of these is live: what is deployed is another template",
            paint::warn("!")
        )),
        Live::None | Live::Release(_) | Live::Unrecorded(_) => notes.extend(unrecorded(&history.live)),
    }
    if history.older > 0 {
        let older = count(history.older as u64, "older release");
        notes.push(paint::faint(format!("{older}, listed with a higher --limit")));
    }
    (!notes.is_empty()).then(|| notes.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::super::testing::release;
    use super::*;
    use cfn_deploy::LedgerError;
    use cfn_deploy::stack::release::Durations;

    fn plain(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    #[test]
    fn releases_are_listed_with_what_they_were_made_of() {
        let first = Release {
            outcome: ReleaseOutcome::Created,
            revision: None,
            durations: Durations {
                total_ms: 65_000,
                ..Durations::default()
            },
            ..release(1_800_000_000, "0123456789abcdef")
        };
        let second = Release {
            failed_smoke: true,
            revision: Some(SourceRevision {
                commit: "89abcdef01234567".to_owned(),
                dirty: true,
            }),
            ..release(1_800_003_600, "89abcdef01234567")
        };
        let third = Release {
            rolled_back_to: Some(first.id.clone()),
            pushes_undone: vec!["ApiFunction".to_owned()],
            ..release(1_800_007_200, "0123456789abcdef")
        };
        let history = History {
            live: Live::Release(third.id.clone()),
            gone: [first.id.clone()].into(),
            releases: vec![third, second, first],
            ..History::default()
        };
        insta::assert_snapshot!(plain(&table(&history, None)), @"
           RELEASE               OUTCOME                                                           COMMIT                    BY  TOOK
        ✓  20270115T100000.000Z  restored 20270115T080000.000Z, undid a push to ApiFunction, live  0123456789ab              jo  0.0 s
           20270115T090000.000Z  updated, failed smoke                                             89abcdef0123 and changes  jo  0.0 s
           20270115T080000.000Z  created, artifacts gone                                           none                      jo  1 min 05 s
        ");
        insta::assert_snapshot!(plain(&table(&history, Some(80))), @"
           RELEASE               OUTCOME                COMMIT            BY  TOOK
        ✓  20270115T100000.000Z  restored               0123456789ab      jo  0.0 s
                                 20270115T080000.000Z,
                                 undid a push to
                                 ApiFunction, live
           20270115T090000.000Z  updated, failed smoke  89abcdef0123 and  jo  0.0 s
                                                        changes
           20270115T080000.000Z  created, artifacts     none              jo  1 min 05 s
                                 gone
        ");
    }

    #[test]
    fn what_could_not_be_read_and_what_is_left_out_is_said() {
        assert_eq!(
            notes(
                "orders",
                &History {
                    live: Live::Release(release(0, "t1").id),
                    releases: vec![release(0, "t1")],
                    ..History::default()
                }
            ),
            None
        );
        let unreadable = LedgerError::Unreadable {
            key: "releases/orders/20270115T080000.000Z.json".to_owned(),
            source: Release::parse(br#"{"version": 2}"#).unwrap_err(),
        };
        let history = History {
            releases: Vec::new(),
            unreadable: vec![unreadable],
            older: 3,
            live: Live::Other,
            ..History::default()
        };
        let gone = History {
            releases: vec![release(0, "t1")],
            ..History::default()
        };
        let told = [
            notes("orders", &History::default()),
            notes("orders", &history),
            notes("orders", &gone),
        ];
        let told: Vec<String> = told.into_iter().flatten().map(|note| plain(&note)).collect();
        insta::assert_snapshot!(told.join("\n"), @"
        orders has no recorded release
        ! the record `releases/orders/20270115T080000.000Z.json` cannot be read: its version is 2, this deployer knows 1: a later deployer wrote it
        ! none of these is live: what is deployed is another template
        3 older releases, listed with a higher --limit
        there is no stack orders: none of these is live
        ");
    }
}
