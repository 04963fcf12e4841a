//! stub
/// stub
pub struct Listener;
