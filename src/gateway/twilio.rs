//! stub
use super::*;
/// stub
pub struct Twilio;
impl Twilio {
    /// stub
    pub fn new(_: &Upgrade) -> Self {
        Self
    }
}
impl Dialect for Twilio {
    fn decode<'a>(&'a mut self, _: Message<'a>) -> Result<Option<Event<'a>>, Malformed> {
        Ok(None)
    }
    fn encode(&mut self, _: Command<'_>, _: &mut Vec<Wire>) {}
    fn capabilities(&self) -> Capabilities {
        unimplemented!()
    }
}
