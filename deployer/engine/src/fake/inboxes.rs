//! Temporary queues, and what listens to topics.

use std::time::Duration;

use jiff::SignedDuration;

use crate::cloud::{CallError, NewQueue, Page, QueueOrigin, Queues, TopicSubscription, Topics};

use super::FakeCloud;
use super::world::{ACCOUNT, FakeQueue};

impl FakeCloud {
    /// From now on, what is announced so soon after a subscription is lost to it.
    pub(crate) fn lose_announcements_for(&self, seconds: i64) {
        self.with(|world| world.script.deaf_for = SignedDuration::from_secs(seconds));
    }

    /// From now on, and so much later than an announcement is made, the queues that listen have it.
    pub(crate) fn announce(&self, message: &str, later: SignedDuration) {
        self.with(|world| {
            let due = world.now + later;
            world.announcements.push((due, message.to_owned()));
        });
    }
}

impl Queues for FakeCloud {
    async fn queue_depth(&self, url: &str) -> Result<Option<u64>, CallError> {
        self.call("GetQueueAttributes")?;
        Ok(self.world.borrow().queues.get(url).map(|queue| queue.messages))
    }

    async fn queues_named(&self, prefix: &str, page: Option<&str>) -> Result<Page<String>, CallError> {
        self.call("ListQueues")?;
        let urls: Vec<String> = {
            let world = self.world.borrow();
            let urls = world.queues.keys();
            urls.filter(|url| url.rsplit('/').next().unwrap().starts_with(prefix))
                .cloned()
                .collect()
        };
        Ok(self.page(&urls, page))
    }

    async fn queue_origin(&self, url: &str) -> Result<Option<QueueOrigin>, CallError> {
        self.call("ListQueueTags")?;
        let world = self.world.borrow();
        Ok(world.queues.get(url).map(|queue| QueueOrigin {
            made: queue.made,
            tags: queue.tags.clone(),
        }))
    }

    async fn create_queue(&self, queue: &NewQueue) -> Result<String, CallError> {
        self.answer("CreateQueue", || {
            assert!(queue.name.len() <= 80, "{}", queue.name);
            let url = format!("https://sqs.eu-central-1.amazonaws.com/{ACCOUNT}/{}", queue.name);
            let mut world = self.world.borrow_mut();
            let made = FakeQueue {
                messages: 0,
                made: world.now,
                tags: queue.tags.clone(),
                policy: queue.policy.clone(),
            };
            world.queues.insert(url.clone(), made);
            Ok(url)
        })
    }

    async fn delete_queue(&self, url: &str) -> Result<(), CallError> {
        self.answer("DeleteQueue", || {
            self.world.borrow_mut().queues.remove(url);
            Ok(())
        })
    }

    async fn receive(&self, url: &str, wait: Duration) -> Result<Vec<String>, CallError> {
        self.call("ReceiveMessage")?;
        let mut world = self.world.borrow_mut();
        let name = url.rsplit('/').next().unwrap();
        let queue = world.queues[url].policy.clone();
        let listens = world
            .subscriptions
            .iter()
            .any(|known| known.endpoint.ends_with(name) && queue.contains(&known.endpoint));
        let due = |world: &super::World| world.announcements.iter().any(|(due, _)| *due <= world.now);
        if !listens || !due(&world) {
            world.now += SignedDuration::try_from(wait).unwrap();
        }
        if !listens {
            return Ok(Vec::new());
        }
        let now = world.now;
        let (arrived, later) = std::mem::take(&mut world.announcements)
            .into_iter()
            .partition(|(due, _)| *due <= now);
        world.announcements = later;
        let arrived: Vec<_> = arrived;
        let heard = arrived.into_iter().filter(|(due, _)| *due >= world.heard_from);
        Ok(heard.map(|(_, message)| message).collect())
    }
}

impl Topics for FakeCloud {
    async fn subscribe_queue(&self, topic: &str, queue: &str) -> Result<String, CallError> {
        self.answer("Subscribe", || {
            let mut world = self.world.borrow_mut();
            if let Some(known) = world.subscriptions.iter().find(|known| known.endpoint == queue) {
                return Ok(known.arn.clone());
            }
            world.heard_from = world.now + world.script.deaf_for;
            let arn = format!("{topic}:{}", world.subscriptions.len());
            world.subscriptions.push(TopicSubscription {
                arn: arn.clone(),
                endpoint: queue.to_owned(),
            });
            Ok(arn)
        })
    }

    async fn unsubscribe(&self, subscription: &str) -> Result<(), CallError> {
        self.answer("Unsubscribe", || {
            self.with(|world| world.subscriptions.retain(|known| known.arn != subscription));
            Ok(())
        })
    }

    async fn subscriptions(&self, _: &str, page: Option<&str>) -> Result<Page<TopicSubscription>, CallError> {
        self.call("ListSubscriptionsByTopic")?;
        let known = self.world.borrow().subscriptions.clone();
        Ok(self.page(&known, page))
    }
}
