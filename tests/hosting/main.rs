//! What a mail host publishes, without any real program: answers, pages, records, exports, directories, the server.
//! What real programs make of it is `tests/clients/`' business.

mod apple;
mod asking;
mod autoconfig;
mod autodiscover;
mod check_client;
mod dns;
mod exhausting;
mod export;
mod folders;
mod help_desk;
mod hostile;
mod load;
mod markup;
mod opening;
mod own_collections;
mod pacc;
mod page;
mod peers;
mod pictures;
mod readers;
mod requests;
mod running;
mod scripts;
mod sign;
mod tried;
mod users;
mod wire;
