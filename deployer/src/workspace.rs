//! Where the templates and environments of a workspace are.

use std::path::{Path, PathBuf};

/// The folder of environments in a workspace.
pub const ENVIRONMENTS: &str = "environments";

/// The template in a workspace.
pub const TEMPLATE: &str = "templates/event-store.yaml";

/// Finds the workspace that `folder` is in: the nearest folder, from `folder` upwards, with environments and a template.
pub fn find(folder: &Path) -> Option<PathBuf> {
    folder
        .ancestors()
        .find(|ancestor| ancestor.join(ENVIRONMENTS).is_dir() && ancestor.join(TEMPLATE).is_file())
        .map(Path::to_path_buf)
}

/// Lists the environments that `folder` has, sorted by name.
pub fn environments(folder: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut names: Vec<String> = entries
        .filter_map(|entry| {
            entry
                .ok()?
                .file_name()
                .to_str()?
                .strip_suffix(".yaml")
                .map(str::to_owned)
        })
        .collect();
    names.sort_unstable();
    names
}

/// The name of `path` to a user whose shell is in `folder`: relative where it lies below.
pub fn display(path: &Path, folder: &Path) -> String {
    path.strip_prefix(folder).unwrap_or(path).display().to_string()
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::{display, environments, find};

    #[test]
    fn a_workspace_is_found_from_any_folder_in_it() {
        let root = TempDir::new().unwrap();
        let deep = root.path().join("function/src/http");
        for folder in ["environments", "templates", "function/src/http"] {
            std::fs::create_dir_all(root.path().join(folder)).unwrap();
        }
        assert_eq!(find(&deep), None, "without a template it is none");
        std::fs::write(root.path().join("templates/event-store.yaml"), "").unwrap();
        assert_eq!(find(&deep).as_deref(), Some(root.path()));
    }

    #[test]
    fn environments_are_the_yaml_files_of_the_folder() {
        let folder = TempDir::new().unwrap();
        for file in ["staging.yaml", "local.yaml", "environment.schema.json"] {
            std::fs::write(folder.path().join(file), "").unwrap();
        }
        assert_eq!(environments(folder.path()), ["local", "staging"]);
        assert!(environments(&folder.path().join("missing")).is_empty());
    }

    #[test]
    fn a_path_below_the_current_folder_is_shown_relative_to_it() {
        assert_eq!(
            display("/project/a/b.yaml".as_ref(), "/project".as_ref()),
            "a/b.yaml"
        );
        assert_eq!(display("/etc/b.yaml".as_ref(), "/work".as_ref()), "/etc/b.yaml");
    }
}
