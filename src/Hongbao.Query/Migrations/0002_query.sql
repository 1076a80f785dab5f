-- What users received, by the receiver: claims themselves lie with their packet. Written from messages and repaired from
-- Core's claims, so that it can be dropped and built again at any time.
create table received (
  claim_no bigint primary key,
  -- The receiver's, not the claim's.
  slot int not null,
  app text not null,
  uid bigint not null,
  packet_no bigint not null,
  seq int not null check (seq >= 1),
  sender_uid bigint not null,
  amount bigint not null check (amount >= 1),
  claimed_at bigint not null,
  -- 1 once finance refused the transfer for good: it no longer counts in totals.
  failed smallint not null default 0 check (failed in (0, 1))
)
---
create index received_list on received (app, uid, claimed_at, claim_no)
---
create table repair_cursors (
  name text primary key,
  after_no bigint not null
)
