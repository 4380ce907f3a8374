//! The services besides CloudFormation.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::cloud::{
    ArtifactStore, CallError, CallErrorKind, Caller, Concurrency, DeployedTable, FunctionConfiguration,
    Functions, Head, Identity, Logs, Mapping, Page, RestoreWindow, Roles, Stored, TableRepair, Tables,
};

use crate::stack::garbage::StoredObject;

use super::world::{ACCOUNT, FakeTable};
use super::{FakeCloud, refused};

impl Identity for FakeCloud {
    async fn caller(&self) -> Result<Caller, CallError> {
        self.call("GetCallerIdentity")?;
        self.world.borrow().caller.clone().ok_or_else(|| CallError {
            operation: "GetCallerIdentity".into(),
            kind: CallErrorKind::NoCredentials,
            source: None,
        })
    }
}

impl Roles for FakeCloud {
    async fn role_arn(&self, name: &str) -> Result<Option<String>, CallError> {
        self.call("GetRole")?;
        let roles = &self.world.borrow().roles;
        let found = roles.iter().find(|path| path.rsplit('/').next() == Some(name));
        Ok(found.map(|path| format!("arn:aws:iam::{ACCOUNT}:role/{path}")))
    }

    async fn policy_exists(&self, arn: &str) -> Result<bool, CallError> {
        self.call("GetPolicy")?;
        Ok(self.world.borrow().policies.contains(arn))
    }

    async fn denied_actions(
        &self,
        principal: &str,
        actions: &[String],
        _resources: &[String],
    ) -> Result<Vec<String>, CallError> {
        self.call("SimulatePrincipalPolicy")?;
        let role = principal.split_once(":role/");
        if role.is_some_and(|(_, path)| !self.world.borrow().roles.contains(path)) {
            return Err(CallError {
                operation: "SimulatePrincipalPolicy".into(),
                kind: CallErrorKind::NotFound {
                    message: format!("Entity {principal} does not exist."),
                },
                source: None,
            });
        }
        let denied = &self.world.borrow().denied_actions;
        Ok(actions
            .iter()
            .filter(|action| denied.contains(*action))
            .cloned()
            .collect())
    }
}

impl Logs for FakeCloud {
    async fn log_group_exists(&self, name: &str) -> Result<bool, CallError> {
        self.call("DescribeLogGroups")?;
        Ok(self.world.borrow().log_groups.contains(name))
    }

    async fn delete_log_group(&self, name: &str) -> Result<(), CallError> {
        self.answer("DeleteLogGroup", || {
            self.world.borrow_mut().unmake_log_group(name);
            Ok(())
        })
    }
}

impl FakeCloud {
    fn keep(&self, bucket: &str, owner: &str, key: &str, body: &[u8]) -> Result<(), CallError> {
        assert_eq!(owner, ACCOUNT);
        if !self.world.borrow().buckets.contains(bucket) {
            return Err(refused("PutObject", "no such bucket"));
        }
        let mut world = self.world.borrow_mut();
        let now = world.now;
        world.stored.insert(key.into(), now);
        world.objects.insert(key.into(), body.to_vec());
        Ok(())
    }
}

impl ArtifactStore for FakeCloud {
    async fn bucket_exists(&self, bucket: &str, owner: &str) -> Result<bool, CallError> {
        self.call("HeadBucket")?;
        assert_eq!(owner, ACCOUNT);
        Ok(self.world.borrow().buckets.contains(bucket))
    }

    async fn head_object(&self, bucket: &str, owner: &str, key: &str) -> Result<Option<Head>, CallError> {
        self.call("HeadObject")?;
        assert_eq!(owner, ACCOUNT);
        let world = self.world.borrow();
        let is_there = world.buckets.contains(bucket) && world.objects.contains_key(key);
        Ok(is_there.then(|| Head {
            sha256: world.checksums.get(key).cloned(),
        }))
    }

    async fn store_new_object(
        &self,
        bucket: &str,
        owner: &str,
        key: &str,
        body: Vec<u8>,
        sha256: &str,
    ) -> Result<Stored, CallError> {
        let planted = self.world.borrow_mut().planted_before_upload.take();
        if let Some((key, body)) = planted {
            self.world.borrow_mut().objects.insert(key, body);
        }
        self.answer("PutObject", || {
            if self.world.borrow().objects.contains_key(key) {
                return Ok(Stored::TakenAlready);
            }
            self.keep(bucket, owner, key, &body)?;
            let mut world = self.world.borrow_mut();
            world.checksums.insert(key.into(), sha256.into());
            Ok(Stored::New)
        })
    }

    async fn store_object(
        &self,
        bucket: &str,
        owner: &str,
        key: &str,
        body: Vec<u8>,
    ) -> Result<(), CallError> {
        self.answer("PutObject", || self.keep(bucket, owner, key, &body))
    }

    async fn read_object(&self, bucket: &str, owner: &str, key: &str) -> Result<Option<Vec<u8>>, CallError> {
        self.call("GetObject")?;
        assert_eq!(owner, ACCOUNT);
        let world = self.world.borrow();
        let bucket = world.buckets.contains(bucket);
        Ok(world.objects.get(key).filter(|_| bucket).cloned())
    }

    async fn list_objects(
        &self,
        bucket: &str,
        owner: &str,
        prefix: &str,
        page: Option<&str>,
    ) -> Result<Page<StoredObject>, CallError> {
        self.call("ListObjectsV2")?;
        assert_eq!(owner, ACCOUNT);
        let listed: Vec<StoredObject> = {
            let world = self.world.borrow();
            if !world.buckets.contains(bucket) {
                let kind = CallErrorKind::NotFound {
                    message: "no such bucket".into(),
                };
                return Err(CallError {
                    operation: "ListObjectsV2".into(),
                    kind,
                    source: None,
                });
            }
            let objects = world.objects.iter().filter(|(key, _)| key.starts_with(prefix));
            let listed = objects.map(|(key, body)| StoredObject {
                key: key.clone(),
                bytes: body.len() as u64,
                stored: world.stored.get(key).copied().unwrap_or(Timestamp::UNIX_EPOCH),
            });
            listed.collect()
        };
        Ok(self.page(&listed, page))
    }

    async fn delete_object(&self, _: &str, owner: &str, key: &str) -> Result<(), CallError> {
        self.answer("DeleteObject", || {
            assert_eq!(owner, ACCOUNT);
            self.world.borrow_mut().objects.remove(key);
            self.world.borrow_mut().checksums.remove(key);
            Ok(())
        })
    }

    fn object_url(&self, bucket: &str, key: &str) -> String {
        format!("https://{bucket}.s3.eu-central-1.amazonaws.com/{key}")
    }
}

impl Functions for FakeCloud {
    async fn concurrency(&self) -> Result<Concurrency, CallError> {
        self.call("GetAccountSettings")?;
        let world = self.world.borrow();
        Ok(Concurrency {
            limit: world.concurrency_limit,
            unreserved: world.concurrency_limit - world.reserved(None),
        })
    }

    async fn function_configuration(
        &self,
        function: &str,
        alias: &str,
    ) -> Result<Option<FunctionConfiguration>, CallError> {
        self.call("GetFunctionConfiguration")?;
        let world = self.world.borrow();
        let Some(found) = world.functions.get(function) else {
            return Ok(None);
        };
        let (version, code_sha256) = if alias == "$LATEST" {
            (alias, &found.code_sha256)
        } else {
            let published = alias
                .parse()
                .ok()
                .filter(|number: &usize| *number <= found.versions.len());
            let version = match found.aliases.get(alias) {
                Some(version) => version,
                None if published.is_some() => alias,
                None => return Ok(None),
            };
            let number: usize = version.parse().unwrap();
            (version, &found.versions[number - 1])
        };
        Ok(Some(FunctionConfiguration {
            name: function.into(),
            version: version.into(),
            code_sha256: code_sha256.clone(),
            description: format!("revision {version}"),
            state: "Active".into(),
            state_reason: None,
            variables: found.variables.clone(),
        }))
    }

    async fn update_code(&self, function: &str, _: &str, key: &str) -> Result<(), CallError> {
        self.answer("UpdateFunctionCode", || {
            let mut world = self.world.borrow_mut();
            let code = world.hash(&world.objects[key]);
            world.functions.get_mut(function).unwrap().code_sha256 = code;
            Ok(())
        })
    }

    async fn publish_version(&self, function: &str, code_sha256: &str) -> Result<String, CallError> {
        self.answer("PublishVersion", || {
            let mut world = self.world.borrow_mut();
            let found = world.functions.get_mut(function).unwrap();
            if found.code_sha256 != code_sha256 {
                return Err(refused("PublishVersion", "CodeSHA256 is different"));
            }
            if found.versions.last() != Some(&found.code_sha256) {
                found.versions.push(found.code_sha256.clone());
            }
            Ok(found.versions.len().to_string())
        })
    }

    async fn code_of_all_functions(&self, page: Option<&str>) -> Result<Page<String>, CallError> {
        self.call("ListFunctions")?;
        let code: Vec<String> = {
            let world = self.world.borrow();
            let functions = world.functions.values();
            functions
                .flat_map(|function| function.versions.iter().chain([&function.code_sha256]).cloned())
                .collect()
        };
        Ok(self.page(&code, page))
    }

    async fn point_alias(&self, function: &str, alias: &str, version: &str) -> Result<(), CallError> {
        self.answer("UpdateAlias", || {
            let mut world = self.world.borrow_mut();
            world
                .functions
                .get_mut(function)
                .unwrap()
                .aliases
                .insert(alias.into(), version.into());
            Ok(())
        })
    }

    async fn mapping(&self, id: &str) -> Result<Option<Mapping>, CallError> {
        self.call("GetEventSourceMapping")?;
        let world = self.world.borrow();
        let found = world.stacks.iter().find_map(|stack| {
            let mut resources = stack.resources.values();
            let mapping = resources.find(|resource| resource.physical_id == id)?;
            Some((stack, mapping))
        });
        let source = found.and_then(|(stack, mapping)| {
            let table = mapping.body["Properties"]["EventSourceArn"]["Fn::GetAtt"][0].as_str()?;
            Some(stack.resources.get(table)?.physical_id.clone())
        });
        let table = source.or_else(|| world.tables.keys().next().cloned());
        let table = table.unwrap_or_default();
        Ok(found.map(|_| Mapping {
            id: id.into(),
            state: world.mapping_state.clone().unwrap_or_else(|| "Enabled".into()),
            source: stream_arn(&table),
            last_result: Some("OK".into()),
        }))
    }
}

impl Tables for FakeCloud {
    async fn describe_table(&self, name: &str) -> Result<Option<DeployedTable>, CallError> {
        self.call("DescribeTable")?;
        let world = self.world.borrow();
        let Some(table) = world.tables.get(name) else {
            return Ok(None);
        };
        let status = match table.gone_at {
            Some(_) => "DELETING",
            None if table.busy_until > world.now => "UPDATING",
            None => "ACTIVE",
        };
        Ok(Some(DeployedTable {
            name: name.into(),
            arn: format!("arn:aws:dynamodb:eu-central-1:{ACCOUNT}:table/{name}"),
            status: status.into(),
            key: table.key.clone(),
            stream_view: table.stream_view.clone(),
            stream_arn: table.stream_view.as_ref().map(|_| stream_arn(name)),
            deletion_protection: table.deletion_protection,
            items: table.items,
            bytes: table.items * 100,
        }))
    }

    async fn point_in_time_recovery(&self, name: &str) -> Result<Option<RestoreWindow>, CallError> {
        self.call("DescribeContinuousBackups")?;
        let world = self.world.borrow();
        Ok(world.tables[name].point_in_time_recovery.then(|| RestoreWindow {
            earliest: Some(world.now - SignedDuration::from_hours(35 * 24)),
            latest: Some(world.now - SignedDuration::from_mins(5)),
        }))
    }

    async fn restore_table(
        &self,
        source: &str,
        target: &str,
        at: Option<Timestamp>,
    ) -> Result<(), CallError> {
        self.answer("RestoreTableToPointInTime", || {
            let mut world = self.world.borrow_mut();
            let now = world.now;
            let found = &world.tables[source];
            if !found.point_in_time_recovery {
                return Err(refused("RestoreTableToPointInTime", "it is not enabled"));
            }
            if world.tables.contains_key(target) {
                return Err(refused("RestoreTableToPointInTime", "the target table exists"));
            }
            let restored = FakeTable {
                key: found.key.clone(),
                stream_view: None,
                point_in_time_recovery: false,
                deletion_protection: false,
                tags: BTreeMap::new(),
                items: found.items,
                busy_until: now + SignedDuration::from_mins(20),
                gone_at: None,
            };
            world.restored.push((source.into(), at));
            world.tables.insert(target.into(), restored);
            Ok(())
        })
    }

    async fn table_tags(&self, arn: &str) -> Result<BTreeMap<String, String>, CallError> {
        self.call("ListTagsOfResource")?;
        let name = arn.rsplit('/').next().unwrap();
        Ok(self.world.borrow().tables[name].tags.clone())
    }

    async fn repair_table(&self, table: &DeployedTable, repair: &TableRepair) -> Result<(), CallError> {
        let operation = match repair {
            TableRepair::PointInTimeRecovery(_) => "UpdateContinuousBackups",
            TableRepair::DeletionProtection(_) | TableRepair::Stream(_) => "UpdateTable",
            TableRepair::Tags(_) => "TagResource",
        };
        self.answer(operation, || {
            let mut world = self.world.borrow_mut();
            let now = world.now;
            let found: &mut FakeTable = world.tables.get_mut(&table.name).unwrap();
            if found.busy_until > now {
                return Err(refused(operation, "the table is being changed"));
            }
            match repair {
                TableRepair::PointInTimeRecovery(enabled) => found.point_in_time_recovery = *enabled,
                TableRepair::DeletionProtection(enabled) => found.deletion_protection = *enabled,
                TableRepair::Stream(view) => found.stream_view = Some(view.clone()),
                TableRepair::Tags(tags) => found.tags.extend(tags.clone()),
            }
            found.change(now);
            Ok(())
        })
    }

    async fn delete_table(&self, name: &str) -> Result<(), CallError> {
        self.answer("DeleteTable", || {
            let mut world = self.world.borrow_mut();
            let now = world.now;
            let gone_at = now + jiff::SignedDuration::from_secs(1);
            let table = world.tables.get_mut(name).unwrap();
            if table.gone_at.is_some() || table.busy_until > now {
                return Err(refused("DeleteTable", "the table is being changed or deleted"));
            }
            if table.deletion_protection {
                return Err(refused("DeleteTable", "deletion protection is on"));
            }
            table.gone_at = Some(gone_at);
            Ok(())
        })
    }
}

pub(super) fn stream_arn(table: &str) -> String {
    format!("arn:aws:dynamodb:eu-central-1:{ACCOUNT}:table/{table}/stream/1")
}
