//! Who may be trusted, and what GitHub says of each.

use super::*;

#[test]
fn a_subject_that_would_trust_strangers_is_none() {
    for text in [
        "",
        "o",
        "o/",
        "/r",
        "*/r",
        "o/*",
        "o/r?",
        "o/.",
        "o/..",
        "../r",
        "-o/r",
        "o-/r",
        "o.p/r",
        "o/r/x",
        "o/r@",
        "o@*/r",
        "o@1x/r",
        "o/r@1@2",
        "o/r:*",
        "o/r:",
        "o/r:environment:",
        "o/r:environment: ",
        "o/r:environment:${aws:username}",
        "o/r:environment:a\nb",
        "o/r:ref:refs/heads/",
        "o/r:ref:refs/heads/../x",
        "o/r:ref:refs/heads//x",
        "o/r:ref:refs/heads/x.lock",
        "o /r",
        "o/r ",
    ] {
        assert_eq!(text.parse::<Subject>(), Err(SubjectError::Form(text.to_owned())));
    }
    let refusals = [
        "o/r:environment:*",
        "o/r:environment:a:ref:b",
        "o/r:ref:main",
        "o/r:ref:refs/pull/1/merge",
        "o/r:pull_request:1",
        "o/r:ref:refs/heads/?",
    ]
    .map(|text| text.parse::<Subject>().unwrap_err().to_string());
    insta::assert_snapshot!(refusals.join("\n"), @"
    `environment:*` is a pattern, and would trust more than you named: name one branch, tag or environment, or only the repository
    GitHub writes a colon in the name of an environment as `%3A`: `environment:a%3Aref%3Ab`
    name a branch by its full ref: `ref:refs/heads/main`
    the token of a pull request does not name its ref: trust `pull_request`, which means every pull request of the repository
    the token of a pull request does not name its ref: trust `pull_request`, which means every pull request of the repository
    `ref:refs/heads/?` is a pattern, and would trust more than you named: name one branch, tag or environment, or only the repository
    ");
}

#[test]
fn what_is_nearly_a_subject_is_told_how_it_is_written() {
    let told = |text: &str| text.parse::<Subject>().unwrap_err().to_string();
    insta::assert_snapshot!(told("o/r:environment:a:b"), @"GitHub writes a colon in the name of an environment as `%3A`: `environment:a%3Ab`");
    assert!("o/r:environment:a%3Ab".parse::<Subject>().is_ok());
    for claim in [
        "ref:refs/heads/*",
        "refs/heads/*",
        "ref:refs/heads/release/*",
        "environment:*",
        "ref:refs/tags/v?",
    ] {
        assert_eq!(
            told(&format!("o/r:{claim}")),
            format!(
                "`{claim}` is a pattern, and would trust more than you named: name one branch, tag or environment, or only the repository"
            )
        );
    }
    for claim in [
        "refs/heads/main",
        "heads/main",
        "ref:heads/main",
        "ref:main",
        "branch:main",
    ] {
        assert_eq!(
            told(&format!("o/r:{claim}")),
            "name a branch by its full ref: `ref:refs/heads/main`"
        );
    }
    for claim in ["refs/tags/v1", "tags/v1", "ref:tags/v1", "tag:v1"] {
        assert_eq!(
            told(&format!("o/r:{claim}")),
            "name a tag by its full ref: `ref:refs/tags/v1`"
        );
    }
    for claim in [
        "refs/pull/1/merge",
        "ref:refs/pull/1/head",
        "pull/1",
        "pull_requests",
    ] {
        assert!(
            told(&format!("o/r:{claim}")).contains("trust `pull_request`"),
            "{claim}"
        );
    }
    assert!(told("o/r:push").contains("is not written"));
}

#[test]
fn a_subject_is_told_as_it_was_written() {
    for text in [
        "o/r",
        "o_corp/r",
        "o/r.js:environment:production",
        "o/r:environment:Production West",
        "o/r:ref:refs/heads/release/1.x",
        "o/r:ref:refs/tags/v1",
        "o/r:pull_request",
        "o@12/r@34:environment:staging",
    ] {
        assert_eq!(text.parse::<Subject>().unwrap().to_string(), text);
    }
}

#[test]
fn both_forms_of_a_token_are_meant() {
    let claims = |text: &str| text.parse::<Subject>().unwrap().claims();
    assert_eq!(
        claims("o/r:environment:e"),
        Claims::Patterns(vec![
            "repo:o/r:environment:e".to_owned(),
            "repo:o@*/r@*:environment:e".to_owned()
        ])
    );
    assert_eq!(
        claims("o@1/r@2:pull_request"),
        Claims::Exact(vec![
            "repo:o/r:pull_request".to_owned(),
            "repo:o@1/r@2:pull_request".to_owned()
        ])
    );
    assert_eq!(
        claims("o@1/r@2"),
        Claims::Patterns(vec!["repo:o/r:*".to_owned(), "repo:o@1/r@2:*".to_owned()])
    );
}
