package dev.halley.checks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * What happens in a history: steps, one a line, that can be printed, parsed and played again. What a step's numbers
 * mean depends on the world as it is then ("the a-th of the chats there are"), so a part of a history is a history,
 * too.
 *
 * @param steps what happens, in order
 */
record History(List<Step> steps) {

    History {
        steps = List.copyOf(steps);
    }

    /** What can happen; the weight says how often. */
    enum Act {
        OPEN(3),
        SAY(20),
        SAY_AGAIN(2),
        END(2),
        DEVICE(4),
        REFRESH(3),
        RETURN(9),
        LEAVE(9),
        VANISH(4),
        LATE(7),
        ARRIVE(3),
        CONFIRM(8),
        REPEAT(2),
        TAKE(3),
        BREAK(1),
        CALLBACK(5),
        ATTACH_AGAIN(3),
        PROVIDER(4),
        ANSWER(9),
        OUTCOME(3),
        DESK(2),
        DESK_ANSWER(4),
        WAKE(4),
        NUDGE(2),
        ORPHAN(1),
        KILL(1),
        START(1),
        FAULTS(2),
        RUN(10),
        SETTLE(7),
        TICK(6),
        SECONDS(9),
        GRACE(5),
        MINUTE(2),
        STALL(1);

        private static final Act[] DRAWN = drawn();

        private final int weight;

        Act(int weight) {
            this.weight = weight;
        }

        private static Act[] drawn() {
            List<Act> all = new ArrayList<>();
            for (Act act : values()) {
                for (int i = 0; i < act.weight; i++) {
                    all.add(act);
                }
            }
            return all.toArray(Act[]::new);
        }
    }

    /** One of them. */
    record Step(Act act, int a, int b) {

        static Step draw(Random random) {
            return new Step(Act.DRAWN[random.nextInt(Act.DRAWN.length)], random.nextInt(100), random.nextInt(100));
        }

        static Step parse(String text) {
            String[] parts = text.strip().split("/", -1);
            return new Step(
                    Act.valueOf(parts[0].toUpperCase(Locale.ROOT)),
                    Integer.parseInt(parts[1]),
                    Integer.parseInt(parts[2]));
        }

        @Override
        public String toString() {
            return act.name().toLowerCase(Locale.ROOT) + "/" + a + "/" + b;
        }
    }

    static History parse(String text) {
        List<Step> steps = new ArrayList<>();
        for (String step : text.strip().split("[\\s,]+", -1)) {
            steps.add(Step.parse(step));
        }
        return new History(steps);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (Step step : steps) {
            text.append(text.isEmpty() ? "" : " ").append(step);
        }
        return text.toString();
    }
}
