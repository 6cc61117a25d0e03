/** What notices breaks of the broker: its own suites, which are enough and take seconds. */
import { suite as answersSuite } from "../../durable-objects/broker-answers.ts";
import { suite as claimsSuite } from "../../durable-objects/broker-claims.ts";
import { suite as configurationSuite } from "../../durable-objects/broker-configuration.ts";
import { suite as daySuite } from "../../durable-objects/broker-day.ts";
import { suite as downSuite } from "../../durable-objects/broker-down.ts";
import { suite as evictedSuite } from "../../durable-objects/broker-evicted.ts";
import { suite as questionsSuite } from "../../durable-objects/broker-questions.ts";
import { suite as relayedSuite } from "../../durable-objects/broker-relayed.ts";
import { suite as renewalSuite } from "../../durable-objects/broker-renewal.ts";
import { suite as scheduleSuite } from "../../durable-objects/broker-schedule.ts";
import { suite as storageSuite } from "../../durable-objects/broker-storage.ts";
import { suite as usersSuite } from "../../durable-objects/broker-users.ts";
import { suite as optionsSuite } from "../../durable-objects/brokered-options.ts";
import { suite as providersSuite } from "../../durable-objects/brokered-providers.ts";
import type { Suites } from "../../run.ts";

export const suites: Suites = {
  "broker-answers": answersSuite,
  "broker-claims": claimsSuite,
  "broker-configuration": configurationSuite,
  "broker-day": daySuite,
  "broker-down": downSuite,
  "broker-evicted": evictedSuite,
  "broker-questions": questionsSuite,
  "broker-relayed": relayedSuite,
  "broker-renewal": renewalSuite,
  "broker-schedule": scheduleSuite,
  "broker-storage": storageSuite,
  "broker-users": usersSuite,
  "brokered-options": optionsSuite,
  "brokered-providers": providersSuite,
};
