//! PURE: an environment file, from YAML to a checked `Environment`.
