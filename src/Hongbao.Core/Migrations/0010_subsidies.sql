-- What an external number stands for, for ever: written before the subsidy and never changed, so that no number books twice. By the number's own slot, for
-- only the number is known to who comes with other content.
create table subsidy_numbers (
  app text not null,
  --sqlite: external_no text not null,
  --postgres: external_no text collate "C" not null,
  slot int not null,
  uid bigint not null check (uid >= 1),
  campaign_id bigint not null check (campaign_id >= 1),
  amount bigint not null check (amount >= 1),
  currency text not null,
  expires_at bigint not null,
  subsidy_no bigint not null,
  primary key (app, external_no)
  --sqlite: ) without rowid
  --postgres: )
---
-- Available (2), used (3) or expired (4). What moves is in no index: on PostgreSQL an end needs no new entries.
create table subsidies (
  --sqlite: subsidy_no integer primary key,
  --postgres: subsidy_no bigint primary key,
  slot int not null,
  app text not null,
  uid bigint not null check (uid >= 1),
  --sqlite: external_no text not null,
  --postgres: external_no text collate "C" not null,
  campaign_id bigint not null check (campaign_id >= 1),
  amount bigint not null check (amount >= 1),
  currency text not null,
  state smallint not null check (state in (2, 3, 4)),
  issued_at bigint not null,
  expires_at bigint not null check (expires_at > issued_at),
  packet_no bigint,
  created_at bigint not null,
  updated_at bigint not null,
  check ((state = 3) = (packet_no is not null))
  --sqlite: )
  --postgres: ) with (fillfactor = 60)
---
create index subsidies_user on subsidies (app, uid, subsidy_no)
---
create index subsidies_expiry on subsidies (expires_at, subsidy_no)
---
create index subsidies_campaign on subsidies (campaign_id, issued_at)
---
-- How far expiry has looked.
create table expiry_cursors (
  name text primary key,
  expires_at bigint not null,
  subsidy_no bigint not null
)
---
alter table packets add column campaign_id bigint not null default 0 check ((kind = 2) = (campaign_id >= 1))
---
alter table packets add column subsidy_no bigint check ((kind = 2) = (subsidy_no is not null))
---
-- A subsidy makes one packet. It stands here and not with the subsidy, where it would be a new entry of every index.
create unique index packets_subsidy on packets (subsidy_no) where subsidy_no is not null
---
-- Claims of subsidized packets whose transfer has no end yet, by who waits for the money.
create table reward_credits (
  --sqlite: claim_no integer primary key,
  --postgres: claim_no bigint primary key,
  slot int not null,
  app text not null,
  uid bigint not null,
  packet_no bigint not null,
  seq int not null,
  amount bigint not null check (amount >= 1),
  currency text not null,
  claimed_at bigint not null
)
---
create index reward_credits_user on reward_credits (app, uid, claim_no)
