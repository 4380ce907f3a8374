//! The ports to AWS, and their adapters: the only files that name an AWS SDK.
