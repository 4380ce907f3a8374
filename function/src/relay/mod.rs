//! The relay: from the events table's stream to the catalogue and SNS.
