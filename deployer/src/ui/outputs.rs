//! PURE: a stack's outputs, for reading and in the formats of other programs.

use cfn_deploy::Outputs;
use cfn_deploy::shell;

use super::paint;
use super::table::whole;

/// One line per output.
pub(super) fn table(outputs: &Outputs, width: Option<usize>) -> String {
    let rows: Vec<_> = outputs
        .iter()
        .map(|(name, value)| vec![paint::strong(name), value.clone()])
        .collect();
    whole(width, "", &rows).concat()
}

/// Lines for a shell: `ES_URL='https://…'`.
pub(super) fn for_shell(outputs: &Outputs) -> String {
    let variables = shell::variables(outputs.keys().map(String::as_str));
    let line = |(variable, value): (String, &String)| format!("{variable}={}\n", shell::quoted(value));
    variables.into_iter().zip(outputs.values()).map(line).collect()
}

/// Lines that set the outputs of a step in GitHub Actions, under the stack's names. A value of several lines is
/// enclosed in two delimiter lines that do not occur in it
/// ([reference](https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#multiline-strings)).
pub fn for_github(outputs: &Outputs) -> String {
    let lines = |(name, value): (&String, &String)| {
        // A name that contained `=`, `<<` or a line break would begin another output.
        let name = name.replace(|letter: char| !letter.is_ascii_alphanumeric(), "_");
        if !value.contains(['\n', '\r']) {
            return format!("{name}={value}\n");
        }
        let mut end = "END".to_owned();
        while value.contains(&end) {
            end.push('_');
        }
        format!("{name}<<{end}\n{value}\n{end}\n")
    };
    outputs.iter().map(lines).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outputs(values: &[(&str, &str)]) -> Outputs {
        values
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn a_shell_gets_each_output_as_a_variable_whatever_is_in_it() {
        let outputs = outputs(&[
            ("EsUrl", "https://abc.example/?a=1&b=$(id)"),
            ("EsDynamoDbTable", "it's\nlong"),
        ]);
        insta::assert_snapshot!(for_shell(&outputs), @r#"
        ES_DYNAMO_DB_TABLE='it'\''s
        long'
        ES_URL='https://abc.example/?a=1&b=$(id)'
        "#);
        let script = format!("{}printf %s \"$ES_URL|$ES_DYNAMO_DB_TABLE\"", for_shell(&outputs));
        let ran = std::process::Command::new("sh")
            .arg("-c")
            .arg(script)
            .output()
            .unwrap();
        assert_eq!(
            String::from_utf8(ran.stdout).unwrap(),
            "https://abc.example/?a=1&b=$(id)|it's\nlong"
        );
    }

    #[test]
    fn a_step_gets_outputs_of_several_lines_between_lines_of_their_own() {
        let outputs = outputs(&[("EsMode", "staging"), ("EsNote", "a\nEND\nb=c")]);
        insta::assert_snapshot!(for_github(&outputs), @"
        EsMode=staging
        EsNote<<END_
        a
        END
        b=c
        END_
        ");
    }
}
