//! The deployer at a terminal of 80 columns.

use event_store_e2e::{Deployment, Environment};

use crate::deployment;

const COLUMNS: u16 = 80;

/// The longest word that nothing can break: an address, an ARN or a key.
fn has_long_word(line: &str) -> bool {
    line.split(' ').any(|word| word.chars().count() > 50)
}

/// No line but those of words that cannot be broken is wider than the terminal, where it would be broken within a word.
fn assert_fits(screen: &str) {
    for line in screen.lines().flat_map(|line| line.split('\r')) {
        let width = line.trim_end().chars().count();
        assert!(
            width <= usize::from(COLUMNS) || has_long_word(line),
            "{width} columns: {line}\n{screen}"
        );
    }
}

#[tokio::test]
async fn what_is_typed_before_the_question_answers_nothing_and_who_declines_is_told_what_stays() {
    let deployment = deployment(Environment::staging_like("terminal")).await;
    // The functions are built before anybody is asked anything.
    deployment.up(&[]).await.succeeded();
    deployment.purge().await.succeeded();

    let code = Deployment::built();
    let code: Vec<&str> = code.iter().map(String::as_str).collect();
    let mut impatient = deployment.at_a_terminal(COLUMNS, "up", &code);
    impatient.press("y\n");
    impatient.appears("y\r\n").await;
    let before = impatient.appears("Deploy this? [y/N]").await;
    assert!(
        before.contains("33 to add") || before.contains("to add"),
        "{before}"
    );
    impatient.press("n\n");
    let (exit, screen) = impatient.ended().await;
    assert_eq!(exit, Some(3), "{screen}");
    assert!(screen.contains("were declined"), "{screen}");
    assert_fits(&screen);
    // The code and the template of the first `up` are there: this one has stored nothing that its user would have to know of.
    deployment.run("describe", &[]).await.ended_with(1);

    let mut patient = deployment.at_a_terminal(COLUMNS, "up", &code);
    patient.appears("Deploy this? [y/N]").await;
    patient.press("y\n");
    let (exit, screen) = patient.ended().await;
    assert_eq!(exit, Some(0), "{screen}");
    assert_fits(&screen);
    for command in ["up", "describe", "diff", "history", "events"] {
        let arguments = if ["up", "diff"].contains(&command) {
            &*code
        } else {
            &[]
        };
        let (exit, screen) = deployment
            .at_a_terminal(COLUMNS, command, arguments)
            .ended()
            .await;
        assert_eq!(exit, Some(0), "{screen}");
        assert_fits(&screen);
    }
    deployment.purge().await.succeeded();
}

#[tokio::test]
async fn who_declines_a_first_deployment_is_told_what_was_uploaded() {
    let deployment = deployment(Environment::staging_like("declines")).await;
    let built = crate::deployment(Environment::staging_like("declines-built")).await;
    built.up(&[]).await.succeeded();
    let code = Deployment::built();
    let code: Vec<&str> = code.iter().map(String::as_str).collect();
    let mut terminal = deployment.at_a_terminal(COLUMNS, "up", &code);
    terminal.appears("Deploy this? [y/N]").await;
    terminal.press("\n");
    let (exit, screen) = terminal.ended().await;
    assert_eq!(exit, Some(3), "{screen}");
    // The bucket and the code are of the other deployment; the template is this one's.
    let told = screen.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.contains("! 1 object was uploaded to bucket"), "{screen}");
    assert!(told.contains("the stack was not changed"), "{screen}");
    assert_fits(&screen);
    built.purge().await.succeeded();
}
