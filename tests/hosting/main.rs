//! What a mail host publishes, without any real program: answers, pages, records, exports, directories, the server.
//! What real programs make of it is `tests/clients/`' business.

mod autoconfig;
mod asking;
mod autodiscover;
mod exhausting;
mod hostile;
mod load;
mod peers;
mod readers;
mod requests;
mod running;
/// What the fuzz targets call.
#[path = "../../fuzz/src/lib.rs"]
mod tried;
mod dns;
mod folders;
mod pacc;
mod users;
mod apple;
mod export;
mod sign;
mod check_client;
mod markup;
mod page;
mod pictures;
