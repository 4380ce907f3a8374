//! PURE: what is done beside what CloudFormation does, laid out for whoever decides.

use cfn_deploy::KeptTable;
use cfn_deploy::stack::outline::Beside;

use super::flow::flowed;
use super::outcome::tables;
use super::paint;
use super::value::change;

/// What is done beside what CloudFormation does: to the stack itself, to tables that are there, and to code that was pushed.
pub(super) fn beside(beside: &Beside, width: Option<usize>) -> Vec<String> {
    let mut lines = Vec::new();
    if !beside.settings.is_empty() {
        lines.push(format!(
            "  {}  {}\n",
            paint::warn("~"),
            paint::strong("the stack itself")
        ));
        let settings = beside.settings.iter();
        lines.extend(
            settings.map(|value| flowed(&format!("       {}", change(value)), width).into_owned() + "\n"),
        );
    }
    let told = imported(&beside.imports).map(|told| (paint::good("←"), told));
    let undone = undone(beside).map(|told| (paint::warn("!"), told));
    let notes = told.into_iter().chain(undone);
    lines.extend(notes.map(|(mark, told)| flowed(&format!("  {mark}  {told}"), width).into_owned() + "\n"));
    lines
}

/// Which tables are imported.
pub(super) fn imported(imports: &[KeptTable]) -> Option<String> {
    let (is, them) = if imports.len() == 1 {
        ("is", "it")
    } else {
        ("are", "them")
    };
    (!imports.is_empty()).then(|| format!("{} {is} imported, with all that is in {them}", tables(imports)))
}

/// Whose pushed code is undone.
pub(super) fn undone(beside: &Beside) -> impl Iterator<Item = String> {
    let functions = beside.pushed.iter();
    functions
        .map(|function| format!("{function} runs code that was pushed past the stack, which this undoes"))
}
