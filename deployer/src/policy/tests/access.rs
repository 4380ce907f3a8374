//! The access of CI to an account, as a template, as commands and as a trust policy.

use super::*;

fn access<'a>(environment: &'a Environment, subject: &str) -> Access<'a> {
    let (stack, _) = both(environment);
    Access {
        environment,
        name: "deployer-ci-event-store-production".to_owned(),
        policy: ci_of(environment),
        boundary: Some((boundary_name(environment), boundary(environment, &stack).unwrap())),
        subject: Some(subject.parse().unwrap()),
        existing_provider: false,
    }
}

#[test]
fn the_access_to_production_is_a_template_that_our_own_renderer_takes() {
    let environment = environment("production", "");
    let text = access(&environment, "o/r:environment:production")
        .template()
        .unwrap();
    let template = Template::parse("access.json", &text).unwrap();
    let mut bare = environment.of_artifacts();
    bare.tags.clear();
    let rendered = render(&template, &bare.values(), &Artifacts::in_bucket("code")).unwrap();
    let kinds: Vec<&str> = rendered
        .resources()
        .iter()
        .map(|resource| resource.kind.as_str())
        .collect();
    assert_eq!(kinds.iter().filter(|kind| **kind == "AWS::IAM::Role").count(), 1);
    assert_eq!(
        kinds
            .iter()
            .filter(|kind| **kind == "AWS::IAM::OIDCProvider")
            .count(),
        1
    );
    assert!(
        kinds
            .iter()
            .filter(|kind| **kind == "AWS::IAM::ManagedPolicy")
            .count()
            >= 3
    );
    insta::assert_snapshot!("template", text);
}

#[test]
fn a_shell_reads_every_command_back_word_by_word() {
    let environment = environment("production", "");
    let commands = access(&environment, "o/r:environment:it's").commands().unwrap();
    let script = format!("aws() {{ printf '%s\\0' \"$@\"; printf '\\n'; }}\n{commands}");
    let output = std::process::Command::new("sh")
        .arg("-c")
        .arg(script)
        .output()
        .unwrap();
    assert!(output.status.success());
    let printed = String::from_utf8(output.stdout).unwrap();
    let documents: Vec<serde_json::Value> = printed
        .split(['\0', '\n'])
        .filter(|word| word.starts_with('{'))
        .map(|word| serde_json::from_str(word).unwrap())
        .collect();
    assert!(
        documents.len() >= 4,
        "the boundary, the policies and the trust are whole: {}",
        documents.len()
    );
    assert!(printed.contains("repo:o/r:environment:it's"));
}

#[test]
fn a_trust_policy_names_the_repository_and_whom_in_it() {
    let environment = environment("staging", "");
    let names = Names::of(&environment);
    insta::assert_snapshot!(
        "trust",
        format!("{:#}", trust(names, &"o/r:environment:staging".parse().unwrap()))
    );
}
