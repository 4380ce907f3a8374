//! PURE: the GitHub workflows that are trusted: a repository, and optionally one environment, ref or event of it.

use std::fmt;
use std::str::FromStr;

/// The maximum lengths of an owner's and a repository's name on GitHub.
const LONGEST_OWNER: usize = 39;
const LONGEST_REPOSITORY: usize = 100;

/// The maximum length of an environment's name.
const LONGEST_ENVIRONMENT: usize = 255;

/// The trusted workflows: `OWNER/REPO`, optionally with `:environment:NAME`, `:ref:refs/heads/BRANCH` or
/// `:pull_request`.
///
/// Both names may include GitHub's numeric id, as `OWNER@ID/REPO@ID`. Then nobody who later claims an abandoned name
/// is trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    owner: Name,
    repository: Name,
    claim: Option<String>,
}

/// A name on GitHub, with its permanent id if that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Name {
    text: String,
    id: Option<String>,
}

/// A text that is not a subject.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SubjectError {
    /// It does not have the expected form.
    #[error(
        "`{0}` is not written `OWNER/REPO`, `OWNER/REPO:environment:NAME`, `OWNER/REPO:ref:refs/heads/BRANCH` or `OWNER/REPO:pull_request`"
    )]
    Form(String),
    /// The name of an environment contains a colon, which would begin the next claim.
    #[error("GitHub writes a colon in the name of an environment as `%3A`: `environment:{}`", .0.replace(':', "%3A"))]
    Colon(String),
    /// A pattern, which could match several branches, tags or environments.
    #[error(
        "`{0}` is a pattern, and would trust more than you named: name one branch, tag or environment, or only the repository"
    )]
    Pattern(String),
    /// The name of a branch or tag without `ref:refs/heads/` or `ref:refs/tags/`.
    #[error("name a {kind} by its full ref: `ref:refs/{folder}/{name}`", kind = .0.kind(), folder = .0.folder(), name = .1)]
    Ref(RefKind, String),
    /// The ref of a single pull request: GitHub's tokens do not distinguish pull requests.
    #[error(
        "the token of a pull request does not name its ref: trust `pull_request`, which means every pull request of the repository"
    )]
    PullRequest,
}

/// The kind of a Git ref.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefKind {
    Branch,
    Tag,
}

/// The `sub` of a token, as IAM compares it. Ids may be unknown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Claims {
    /// Exactly these values.
    Exact(Vec<String>),
    /// Values that match these patterns.
    Patterns(Vec<String>),
}

impl Subject {
    /// Tells whether every workflow of the repository is trusted, whatever branch or pull request it runs on.
    pub fn is_whole_repository(&self) -> bool {
        self.claim.is_none()
    }

    /// The `sub` values of its tokens, in both forms that GitHub sends: with names only, and, for repositories that
    /// were created, renamed or moved since the middle of 2026, with ids as well.
    pub(super) fn claims(&self) -> Claims {
        let Self {
            owner, repository, ..
        } = self;
        let rest = self.claim.as_deref().unwrap_or("*");
        let plain = format!("repo:{}/{}:{rest}", owner.text, repository.text);
        let numbered = |name: &Name| format!("{}@{}", name.text, name.id.as_deref().unwrap_or("*"));
        // A name contains neither `@` nor `/`, so a star for the id cannot match another owner's name.
        let both = vec![
            plain,
            format!("repo:{}/{}:{rest}", numbered(owner), numbered(repository)),
        ];
        if owner.id.is_some() && repository.id.is_some() && self.claim.is_some() {
            Claims::Exact(both)
        } else {
            Claims::Patterns(both)
        }
    }
}

impl FromStr for Subject {
    type Err = SubjectError;

    fn from_str(text: &str) -> Result<Self, SubjectError> {
        let (repository, claim) = match text.split_once(':') {
            Some((repository, claim)) => (repository, Some(claim)),
            None => (text, None),
        };
        let names = || {
            let (owner, name) = repository.split_once('/')?;
            let owner = Name::read(owner).filter(|name| is_owner(&name.text))?;
            Some((owner, Name::read(name).filter(|name| is_repository(&name.text))?))
        };
        let (owner, repository) = names().ok_or_else(|| SubjectError::Form(text.to_owned()))?;
        if let Some(claim) = claim.filter(|claim| !is_claim(claim)) {
            return Err(SubjectError::of_claim(text, claim));
        }
        Ok(Self {
            owner,
            repository,
            claim: claim.map(str::to_owned),
        })
    }
}

impl SubjectError {
    /// Explains the mistake in a claim that is almost valid.
    fn of_claim(text: &str, claim: &str) -> Self {
        let plain = claim.replace(['*', '?'], "x");
        if plain != claim && (is_claim(&plain) || is_claim(&format!("ref:{plain}"))) {
            return Self::Pattern(claim.to_owned());
        }
        let escaped = |name: &&str| is_claim(&format!("environment:{}", name.replace(':', "%3A")));
        if let Some(name) = claim.strip_prefix("environment:").filter(escaped) {
            return Self::Colon(name.to_owned());
        }
        let name = claim.strip_prefix("ref:").unwrap_or(claim);
        let name = name.strip_prefix("refs/").unwrap_or(name);
        if name.starts_with("pull/") || claim.starts_with("pull_request") {
            return Self::PullRequest;
        }
        let (kind, name) = RefKind::of(name);
        let is_meant = claim.starts_with("ref") || name.len() < claim.len();
        if is_meant && is_claim(&format!("ref:refs/{}/{name}", kind.folder())) {
            return Self::Ref(kind, name.to_owned());
        }
        Self::Form(text.to_owned())
    }
}

impl RefKind {
    /// The kind of a ref, and its name without the prefix of its kind.
    fn of(name: &str) -> (Self, &str) {
        let kinds = [
            (Self::Branch, ["heads/", "branch:"]),
            (Self::Tag, ["tags/", "tag:"]),
        ];
        kinds
            .into_iter()
            .find_map(|(kind, prefixes)| {
                let rest = prefixes
                    .into_iter()
                    .find_map(|prefix| name.strip_prefix(prefix))?;
                Some((kind, rest))
            })
            .unwrap_or((Self::Branch, name))
    }

    fn kind(self) -> &'static str {
        match self {
            Self::Branch => "branch",
            Self::Tag => "tag",
        }
    }

    fn folder(self) -> &'static str {
        match self {
            Self::Branch => "heads",
            Self::Tag => "tags",
        }
    }
}

impl Name {
    fn read(text: &str) -> Option<Self> {
        let (text, id) = match text.split_once('@') {
            Some((text, id)) => (text, Some(id)),
            None => (text, None),
        };
        let is_number = |id: &str| !id.is_empty() && id.chars().all(|digit| digit.is_ascii_digit());
        id.is_none_or(is_number).then(|| Self {
            text: text.to_owned(),
            id: id.map(str::to_owned),
        })
    }
}

/// Letters, digits and hyphens; the names of enterprise managed users also contain an underscore.
fn is_owner(name: &str) -> bool {
    let letter = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
    name.len() <= LONGEST_OWNER
        && name.starts_with(|first: char| first.is_ascii_alphanumeric())
        && !name.ends_with('-')
        && name.chars().all(letter)
}

fn is_repository(name: &str) -> bool {
    let letter = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    (1..=LONGEST_REPOSITORY).contains(&name.len()) && name != "." && name != ".." && name.chars().all(letter)
}

/// The part after the repository. `*` and `?` would be wildcards in IAM, and `${` a variable; GitHub escapes colons.
fn is_claim(claim: &str) -> bool {
    let plain = |text: &str| !text.contains(|letter: char| letter.is_control() || "*?$:\\".contains(letter));
    if let Some(name) = claim.strip_prefix("environment:") {
        return !name.trim().is_empty() && name.len() <= LONGEST_ENVIRONMENT && plain(name);
    }
    if let Some(name) = claim.strip_prefix("ref:refs/") {
        return plain(name) && is_ref(name);
    }
    claim == "pull_request"
}

/// A branch or tag by Git's rules: <https://git-scm.com/docs/git-check-ref-format>.
fn is_ref(name: &str) -> bool {
    let part =
        |part: &str| !part.is_empty() && !part.starts_with('.') && part.strip_suffix(".lock").is_none();
    let (kind, rest) = name.split_once('/').unwrap_or((name, ""));
    ["heads", "tags"].contains(&kind)
        && rest.split('/').all(part)
        && !rest.contains("..")
        && !rest.ends_with('.')
        && !rest.contains("@{")
        && !rest.contains([' ', '~', '^', '['])
}

impl fmt::Display for Name {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.id {
            Some(id) => write!(formatter, "{}@{id}", self.text),
            None => formatter.write_str(&self.text),
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.owner, self.repository)?;
        match &self.claim {
            Some(claim) => write!(formatter, ":{claim}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
