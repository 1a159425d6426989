import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import java.util.List;

/** Serves MongoDB's wire protocol from memory, on a free port of loopback that it prints, until its input ends. */
public class Main {
  public static void main(String[] args) throws Exception {
    MongoServer server = new MongoServer(new MemoryBackend().version(new Version()));
    server.bind("127.0.0.1", 0);
    System.out.println(server.getLocalAddress().getPort());
    // So that it never outlives the test run that started it, however that ends.
    while (System.in.read() != -1) {}
    System.exit(0);
  }

  /** mongoose refuses servers as old as the one that this server takes itself for. */
  private record Version() implements MongoVersion {
    public List<Integer> getVersionArray() { return List.of(7, 0, 0); }

    public int getWireVersion() { return 21; }
  }
}
