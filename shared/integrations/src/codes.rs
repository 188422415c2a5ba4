//! The codes of this crate's faults.

use saga::Code;

/// A chat channel or webhook does not take the message.
pub const CHANNEL_REFUSED: Code = Code::new("CHANNEL-REFUSED");
/// A chat channel or webhook does not answer.
pub const CHANNEL_SILENT: Code = Code::new("CHANNEL-SILENT");
/// A tool was called, and does not read back as wanted.
pub const CALL_NOT_SEEN: Code = Code::new("CALL-NOT-SEEN");
/// A call to a tool was refused.
pub const CALL_REFUSED: Code = Code::new("CALL-REFUSED");
/// A tool does not answer.
pub const CALL_SILENT: Code = Code::new("CALL-SILENT");
/// A source cannot be reached from here.
pub const SOURCE_UNREACHABLE: Code = Code::new("SOURCE-UNREACHABLE");
