//! Literal names that something has which is in no stack, or in another one.

use futures::future::join_all;
use futures::join;

use super::{Examination, unknown};
use crate::aws::Cloud;
use crate::engine::finding::{Code, Finding, Severity};
use crate::shell;
use crate::stack::Blueprint;

/// Looks whether the names of tables and log groups are free.
pub(super) async fn names<C: Cloud>(cloud: &C, examination: &Examination) -> Vec<Finding> {
    let Blueprint {
        tables, log_groups, ..
    } = &examination.blueprint;
    let tables = join_all(tables.iter().map(async |table| {
        let found = cloud
            .describe_table(&table.name)
            .await
            .map(|found| found.map(|found| found.items));
        (&table.name, table.retained, found)
    }));
    let log_groups = join_all(log_groups.iter().map(async |group| {
        (
            &group.name,
            group.retained,
            cloud.log_group_exists(&group.name).await,
        )
    }));
    let (tables, log_groups) = join!(tables, log_groups);
    let code = Code::NameTaken;
    let mut findings = Vec::new();
    for (name, retained, found) in tables {
        findings.extend(match found {
            Ok(None) => None,
            Ok(Some(items)) if retained => Some(Finding::new(
                code,
                Severity::Note,
                format!("the table `{name}` exists, with {items} items"),
                "`up` takes it in, if it is in no other stack and has the template's key and stream",
            )),
            Ok(Some(_)) => Some(Finding::new(
                code,
                Severity::Error,
                format!("the table `{name}` exists, and is not one that `up` imports"),
                format!(
                    "delete it, once nobody needs it: `aws dynamodb delete-table --table-name {}`",
                    shell::quoted(name)
                ),
            )),
            Err(error) => Some(unknown(code, &error)),
        });
    }
    for (name, retained, found) in log_groups {
        findings.extend(match found {
            Ok(true) if !retained => Some(Finding::new(
                code,
                Severity::Error,
                format!("the log group `{name}` exists"),
                format!(
                    "delete it, once nobody needs its lines: `aws logs delete-log-group --log-group-name {}`",
                    shell::quoted(name)
                ),
            )),
            Ok(_) => None,
            Err(error) => Some(unknown(code, &error)),
        });
    }
    if findings.is_empty() {
        findings.push(Finding::fine(code, "the names of tables and log groups are free"));
    }
    findings
}
