//! Finds the templates and environments of a workspace.

use std::path::{Component, Path, PathBuf};

/// The folder of environments in a workspace.
pub const ENVIRONMENTS: &str = "environments";

/// The folder of templates in a workspace.
pub const TEMPLATES: &str = "templates";

/// The template of environments that name none.
pub const TEMPLATE: &str = "templates/event-store.yaml";

/// Finds the workspace of `folder`: the nearest folder, from `folder` upwards, with environments and templates.
pub fn find(folder: &Path) -> Option<PathBuf> {
    folder
        .ancestors()
        .find(|ancestor| ancestor.join(ENVIRONMENTS).is_dir() && ancestor.join(TEMPLATES).is_dir())
        .map(Path::to_path_buf)
}

/// Lists the environments in `folder`, sorted by name.
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

/// Resolves `relative` against `folder` and removes its `..`, so that the displayed path is as short as possible.
pub fn from(folder: &Path, relative: &Path) -> PathBuf {
    let mut path = folder.to_path_buf();
    for component in relative.components() {
        match component {
            Component::CurDir => {}
            // The parent of a folder that is itself called `..` is another folder.
            Component::ParentDir if path.file_name().is_some() => {
                path.pop();
            }
            other => path.push(other),
        }
    }
    path
}

/// The relative path from `folder` to `path`, both of which are absolute.
pub fn relative(folder: &Path, path: &Path) -> PathBuf {
    let common = folder
        .components()
        .zip(path.components())
        .take_while(|(one, other)| one == other)
        .count();
    let up = folder.components().skip(common).map(|_| Component::ParentDir);
    up.chain(path.components().skip(common)).collect()
}

/// The name of `path` for a user whose shell is in `folder`: relative if it is below.
pub fn display(path: &Path, folder: &Path) -> String {
    path.strip_prefix(folder).unwrap_or(path).display().to_string()
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    #[test]
    fn a_workspace_is_found_from_any_folder_in_it() {
        let root = TempDir::new().unwrap();
        let deep = root.path().join("function/src/http");
        for folder in ["environments", "function/src/http"] {
            std::fs::create_dir_all(root.path().join(folder)).unwrap();
        }
        assert_eq!(find(&deep), None, "without templates it is none");
        std::fs::create_dir(root.path().join("templates")).unwrap();
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
    fn a_path_is_followed_from_the_folder_of_the_file_that_names_it() {
        for (relative, path) in [
            ("../templates/orders.yaml", "/project/templates/orders.yaml"),
            ("./orders.yaml", "/project/environments/orders.yaml"),
            ("../../shared/orders.yaml", "/shared/orders.yaml"),
            ("/etc/orders.yaml", "/etc/orders.yaml"),
        ] {
            let followed = from("/project/environments".as_ref(), relative.as_ref());
            assert_eq!(followed, Path::new(path));
        }
        for (path, relative_path) in [
            ("/project/templates/orders.yaml", "../templates/orders.yaml"),
            ("/project/environments/orders.yaml", "orders.yaml"),
            ("/etc/orders.yaml", "../../etc/orders.yaml"),
        ] {
            let named = relative("/project/environments".as_ref(), path.as_ref());
            assert_eq!(named, Path::new(relative_path));
            assert_eq!(from("/project/environments".as_ref(), &named), Path::new(path));
        }
        assert_eq!(from("..".as_ref(), "../a".as_ref()), Path::new("../../a"));
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
