-- What has to be met by everyone who draws: nothing (0), a password (1), somebody to follow (2), something to share (3).
alter table campaigns add column condition_kind smallint not null default 0 check (condition_kind between 0 and 3)
---
alter table campaigns add column condition_uid bigint check ((condition_kind = 2) = (condition_uid is not null))
---
alter table campaigns add column condition_content text check ((condition_kind = 3) = (condition_content is not null))
---
--sqlite: alter table campaigns add column password_hash blob check ((condition_kind = 1) = (password_hash is not null))
--postgres: alter table campaigns add column password_hash bytea check ((condition_kind = 1) = (password_hash is not null))
---
-- How often a user guessed wrong at the password of a campaign.
create table password_tries (
  no bigint not null,
  uid bigint not null,
  slot int not null,
  tries int not null check (tries >= 1),
  passed smallint not null check (passed in (0, 1)),
  updated_at bigint not null,
  primary key (no, uid)
)
---
create index password_tries_news on password_tries (no, updated_at)
