//! PURE: what CloudFormation says of a stack, and what it means.
