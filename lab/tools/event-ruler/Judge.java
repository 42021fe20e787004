import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import software.amazon.event.ruler.Machine;
import software.amazon.event.ruler.MachineComplexityEvaluator;
import software.amazon.event.ruler.JsonRuleCompiler;
import software.amazon.event.ruler.MatchType;
import software.amazon.event.ruler.Patterns;

/** Reads lines of JSON, {"pattern": text, "event": text}, and answers each with what AWS's event-ruler says. */
public class Judge {
  public static void main(String[] args) throws Exception {
    ObjectMapper mapper = new ObjectMapper();
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    PrintStream out = new PrintStream(System.out, false, "UTF-8");
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      JsonNode question = mapper.readTree(line);
      out.println(mapper.writeValueAsString(answer(mapper, question)));
    }
    out.flush();
  }

  private static ObjectNode answer(ObjectMapper mapper, JsonNode question) {
    ObjectNode answer = mapper.createObjectNode();
    List<Map<String, List<Patterns>>> alternatives;
    try {
      alternatives = JsonRuleCompiler.compile(question.get("pattern").asText());
    } catch (Exception refused) {
      return answer.put("refused", String.valueOf(refused.getMessage()));
    }
    try {
      answer.put("complexity", complexityOf(alternatives));
      Machine machine = new Machine();
      machine.addRule("rule", question.get("pattern").asText());
      answer.put("matches", !machine.rulesForJSONEvent(question.get("event").asText()).isEmpty());
    } catch (Exception | StackOverflowError failed) {
      answer.put("failed", String.valueOf(failed.getMessage()));
    }
    return answer;
  }

  /** Measures only the alternatives with a wildcard, as the engine's documentation advises a service to do. */
  private static int complexityOf(List<Map<String, List<Patterns>>> alternatives) {
    Machine machine = new Machine();
    int count = 0;
    for (Map<String, List<Patterns>> alternative : alternatives) {
      boolean hasWildcard = alternative.values().stream().flatMap(List::stream)
          .anyMatch(each -> each.type() == MatchType.WILDCARD || each.type() == MatchType.ANYTHING_BUT_WILDCARD);
      if (hasWildcard) machine.addPatternRule(Integer.toString(++count), alternative);
    }
    return count == 0 ? 0 : machine.evaluateComplexity(new MachineComplexityEvaluator(200));
  }
}
